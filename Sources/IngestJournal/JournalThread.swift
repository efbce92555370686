import Foundation
import VehicleSignals

/// One append that waits for its commit.
final class AppendRequest: @unchecked Sendable {
    let batch: MessageBatch
    /// Set once under the thread's lock.
    var outcome: Result<JournalPosition, JournalError>?

    init(_ batch: MessageBatch) { self.batch = batch }
}

/// The journal's own thread: takes what waits, stores it in one transaction, answers, goes on.
///
/// While a commit waits for the disk, further appends gather and become the next transaction;
/// so the number of commits adapts to the disk without any delay by intention. Other work on the
/// file (retention, erasing) takes turns with the commits, one piece each.
final class JournalThread: @unchecked Sendable {
    /// Bytes of one transaction; more waits for the next. 16 MB take some 40 ms to commit.
    static let groupBytesMax = 16 << 20

    /// A piece of other work; what it returns tells its caller, and runs under `condition`.
    private typealias Job = (JournalWriter) -> () -> Void

    private let condition = NSCondition()
    // All of the following under `condition`.
    private var appends: [AppendRequest] = []
    private var jobs: [Job] = []
    private var isClosing = false
    private var hasEnded = false
    private var figures = JournalStatistics()
    private var newestNumber: Int64
    private var removedNumber: Int64
    private var numberedNumber: Int64

    /// Starts the thread, which owns `writer` from here on.
    init(_ writer: sending JournalWriter) {
        newestNumber = writer.newest
        removedNumber = writer.removedThrough
        numberedNumber = writer.numberedThrough
        let handover = Handover(writer)
        let thread = Thread { [self] in
            if let writer = handover.take() { run(writer) }
        }
        thread.name = "journal"
        thread.start()
    }

    var newest: JournalPosition {
        condition.lock()
        defer { condition.unlock() }
        return JournalPosition(newestNumber)
    }

    var removedThrough: JournalPosition {
        condition.lock()
        defer { condition.unlock() }
        return JournalPosition(removedNumber)
    }

    var numberedThrough: JournalPosition {
        condition.lock()
        defer { condition.unlock() }
        return JournalPosition(numberedNumber)
    }

    var statistics: JournalStatistics {
        condition.lock()
        defer { condition.unlock() }
        return figures
    }

    func append(_ batch: MessageBatch) throws(JournalError) -> JournalPosition {
        let request = AppendRequest(batch)
        condition.lock()
        defer { condition.unlock() }
        guard !isClosing else { throw .closed }
        appends.append(request)
        condition.broadcast()
        while true {
            if let outcome = request.outcome { return try outcome.get() }
            condition.wait()
        }
    }

    /// Runs `work` on the journal's thread and returns its result.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (JournalWriter) throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        let answer = Answer<Value>()
        condition.lock()
        defer { condition.unlock() }
        guard !isClosing else { throw .closed }
        jobs.append { writer in
            let outcome: Result<Value, JournalError>
            do throws(JournalError) {
                outcome = .success(try work(writer))
            } catch {
                outcome = .failure(error)
            }
            return { answer.outcome = outcome }
        }
        condition.broadcast()
        while true {
            if let outcome = answer.outcome { return try outcome.get() }
            condition.wait()
        }
    }

    /// Lets the thread finish what was handed in, and waits for its end.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosing = true
        condition.broadcast()
        while !hasEnded { condition.wait() }
    }

    private func run(_ writer: JournalWriter) {
        var group: [AppendRequest] = []
        while true {
            condition.lock()
            while appends.isEmpty, jobs.isEmpty, !isClosing { condition.wait() }
            if appends.isEmpty, jobs.isEmpty {
                condition.unlock()
                break
            }
            takeGroup(into: &group)
            let job = jobs.isEmpty ? nil : jobs.removeFirst()
            condition.unlock()

            if !group.isEmpty { commit(group, writer) }
            group.removeAll(keepingCapacity: true)
            if let job { runJob(job, writer) }
            if writer.checkpointIfLong() {
                condition.lock()
                figures.checkpoints += 1
                condition.unlock()
            }
        }
        // The file is closed before anybody is told: whoever waits may delete or reopen it.
        end(writer)
    }

    private func end(_ writer: JournalWriter) {
        writer.close()
        condition.lock()
        hasEnded = true
        condition.broadcast()
        condition.unlock()
    }

    /// Moves waiting appends into `group`, up to the limit of a transaction. Under the lock.
    private func takeGroup(into group: inout [AppendRequest]) {
        var bytes = 0
        var count = 0
        while count < appends.count, count == 0 || bytes < Self.groupBytesMax {
            bytes += appends[count].batch.byteCount
            group.append(appends[count])
            count += 1
        }
        if count == appends.count {
            appends.removeAll(keepingCapacity: true)
        } else {
            appends.removeFirst(count)
        }
    }

    private func commit(_ group: [AppendRequest], _ writer: JournalWriter) {
        let clock = ContinuousClock()
        let begin = clock.now
        let outcome: Result<Int64, JournalError>
        do throws(JournalError) {
            outcome = .success(try writer.append(group))
        } catch {
            outcome = .failure(error)
        }
        let duration = clock.now - begin
        condition.lock()
        defer { condition.unlock() }
        count(outcome, of: group, microseconds: Int64(duration / .microseconds(1)))
        newestNumber = writer.newest
        for (index, request) in group.enumerated() {
            switch outcome {
            case .success(let first):
                request.outcome = .success(JournalPosition(first + Int64(index)))
            case .failure(let error):
                request.outcome = .failure(error)
            }
        }
        condition.broadcast()
    }

    private func count(
        _ outcome: Result<Int64, JournalError>, of group: [AppendRequest], microseconds: Int64
    ) {
        guard case .success = outcome else {
            figures.commitsFailed += 1
            if case .failure(.diskFull) = outcome { figures.diskFull += 1 }
            return
        }
        figures.commits += 1
        figures.commitDurations.add(microseconds: microseconds)
        figures.batchesAppended += UInt64(group.count)
        for request in group {
            figures.messagesAppended += UInt64(request.batch.count)
            figures.bytesAppended += UInt64(request.batch.byteCount)
        }
    }

    private func runJob(_ job: Job, _ writer: JournalWriter) {
        let removedBefore = writer.removedThrough
        let answer = job(writer)
        condition.lock()
        answer()
        figures.batchesRemoved += UInt64(max(0, writer.removedThrough - removedBefore))
        newestNumber = writer.newest
        removedNumber = writer.removedThrough
        numberedNumber = writer.numberedThrough
        condition.broadcast()
        condition.unlock()
    }
}

/// The result of one job, set once under the thread's lock.
private final class Answer<Value: Sendable>: @unchecked Sendable {
    var outcome: Result<Value, JournalError>?
}

/// Carries the writer from the thread that opens the journal to the journal's own, once.
private final class Handover: @unchecked Sendable {
    private let lock = NSLock()
    private var writer: JournalWriter?

    init(_ writer: sending JournalWriter) { self.writer = writer }

    func take() -> JournalWriter? {
        lock.lock()
        defer { lock.unlock() }
        let taken = writer
        writer = nil
        return taken
    }
}
