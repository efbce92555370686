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

/// Has all threads of this process, and all that they will start, wait for their turn when they
/// are woken, in place of taking the processor from whoever runs (`SCHED_BATCH`).
///
/// The gateway works in rounds, some hundred a second and thread. A broker on the same machine
/// that is interrupted by each of them passes on a tenth fewer messages (docs/numbers.md), whereas
/// a round that begins a moment later takes a few messages more. Where processors are idle nothing
/// changes. A refusal changes nothing either.
func waitForTurns() throws {
    // From linux/sched.h, whose macros the C library's module leaves out.
    let batch: Int32 = 3
    var parameter = sched_param()
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
        guard let thread = pid_t(name) else { continue }
        _ = unsafe sched_setscheduler(thread, batch, &parameter)
    }
}
