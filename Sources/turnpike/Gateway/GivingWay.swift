import Foundation
import Synchronization

/// Runs `work` on a thread that takes what processor time other threads leave (nice 10), and waits
/// for its end. A snapshot of a hundred thousand vehicles is half a second's work, which on a
/// machine at its limit would otherwise be missing to messages. Threads give way to those with
/// which the kernel weighs them together: of the same service, or of the same terminal.
///
/// Linux counts niceness by thread, and raised it cannot be lowered again without privileges;
/// hence a new thread each time.
func givingWay(_ name: String, _ work: @escaping @Sendable () throws -> Void) throws {
    let ended = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<Void, any Error>>(.success(()))
    let thread = Thread {
        // A refusal leaves it at the usual priority: slower for others, but right.
        _ = setpriority(.init(PRIO_PROCESS.rawValue), 0, 10)
        let result = Result { try work() }
        outcome.withLock { $0 = result }
        ended.signal()
    }
    thread.name = name
    thread.start()
    ended.wait()
    try outcome.withLock { $0 }.get()
}
