import Glibc
import Synchronization

/// Raised by Ctrl-C or SIGTERM; the one thing that a signal handler may touch.
private let interruptionRaised = Atomic(false)

/// Whether somebody asked the program to end. The signal only raises a flag: the work is brought
/// to an end where it stands, and everything sent is acknowledged first.
enum Interruption {
    /// From here on Ctrl-C and SIGTERM ask instead of killing.
    static func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in interruptionRaised.store(true, ordering: .relaxed) }
        }
    }

    static var isRequested: Bool { interruptionRaised.load(ordering: .relaxed) }
}
