import Dispatch
import Foundation
import Synchronization

/// Threads for calls that wait: for a disk, for SQLite, for another process that holds the file.
///
/// Concurrency's own threads are as many as there are processors. A store call on one of them
/// keeps everything else waiting that runs there, HTTP and delivery included; on two processors
/// two dealers' reports beside a long import are enough. So the adapters hand such calls to
/// threads of their own and only await the answer.
///
/// The calls are done in the order in which they come, so many at a time as there are threads.
/// How many may wait is bounded by who asks: connections of the HTTP door, attempts of delivery.
package final class WaitingThreads: Sendable {
    private let line = Line()

    package init(name: String, count: Int) {
        precondition(count > 0, "somebody has to do the waiting")
        let line = line
        for number in 1...count {
            let thread = Thread { line.serve() }
            thread.name = "\(name) \(number)"
            thread.start()
        }
    }

    deinit { line.end() }

    /// Runs `work` on one of the threads and awaits what comes of it.
    package func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            line.add { continuation.resume(with: Result { try work() }) }
        }
    }

    /// Has `work` done when its turn comes, without waiting for it.
    package func later(_ work: @escaping @Sendable () -> Void) { line.add(work) }

    /// What waits for a thread. An object of its own, so that the threads do not keep alive what
    /// they serve.
    private final class Line: Sendable {
        private struct Contents {
            /// `nil`: somebody has it; what it held is not kept here until its place is cut off.
            var works: [(@Sendable () -> Void)?] = []
            /// Works before it are taken; cut off now and then.
            var next = 0
            var isEnded = false
        }

        private let contents = Mutex(Contents())
        private let bell = DispatchSemaphore(value: 0)
        private static let doneMax = 256

        func add(_ work: @escaping @Sendable () -> Void) {
            contents.withLock { $0.works.append(work) }
            bell.signal()
        }

        func end() {
            contents.withLock { $0.isEnded = true }
            bell.signal()
        }

        func serve() {
            while true {
                bell.wait()
                let work = contents.withLock { contents -> (@Sendable () -> Void)? in
                    guard contents.next < contents.works.count else { return nil }
                    let work = contents.works[contents.next]
                    contents.works[contents.next] = nil
                    contents.next += 1
                    if contents.next >= Self.doneMax {
                        contents.works.removeFirst(contents.next)
                        contents.next = 0
                    }
                    return work
                }
                if let work {
                    work()
                } else if contents.withLock({ $0.isEnded }) {
                    // The next thread's turn to end.
                    bell.signal()
                    return
                }
            }
        }
    }
}

/// Who waits for what. Reading and writing are apart, because a writer waits for whoever holds
/// the file, and a reader does not; usage is apart because it reads for seconds.
package struct StoreThreads: Sendable {
    /// As many as the store has readers.
    package let reading = WaitingThreads(name: "store reader", count: 3)
    /// What HTTP writes. One writer at a time is all that SQLite has.
    package let writing = WaitingThreads(name: "store writer", count: 1)
    /// Delivery's own, so that dealers who ask and dealers who are told do not wait for one
    /// another in a line.
    package let delivering = WaitingThreads(name: "delivery writer", count: 1)
    package let counting = WaitingThreads(name: "usage reader", count: 1)

    package init() {}
}
