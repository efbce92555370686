import Glibc
import Synchronization

/// Keeps a second gateway out of a journal: an advisory lock on a file beside it, which the system
/// releases when the process ends, however it ends.
///
/// Not on the journal itself: closing any handle of that file would drop SQLite's own locks.
final class JournalLock: Sendable {
    /// -1 once released.
    private let descriptor: Mutex<Int32>

    init(for journal: String) throws(JournalError) {
        let path = journal + ".lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            throw .failed(
                path: path, operation: "open the lock", code: code,
                detail: unsafe String(cString: strerror(code)))
        }
        guard Self.lock(descriptor) else {
            let owner = Self.owner(descriptor)
            Glibc.close(descriptor)
            throw .inUse(path: journal, by: owner)
        }
        self.descriptor = Mutex(descriptor)
        let note = Array("process \(getpid())".utf8)
        ftruncate(descriptor, 0)
        // The note is for people only; a full disk must not keep the gateway from starting.
        _ = unsafe note.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// How often the lock is asked for, every ten milliseconds. A process that this one starts
    /// shares its handles until it has become another program, so a lock that was just released
    /// may seem to be held for a moment.
    private static let triesMax = 30

    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 1..<triesMax {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(10_000)
        }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    private static func owner(_ descriptor: Int32) -> String {
        var note = [UInt8](repeating: 0, count: 64)
        let count = unsafe note.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        return count > 0 ? String(decoding: note[..<count], as: UTF8.self) : "unknown process"
    }

    /// Lets others in. Releasing again does nothing.
    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }

    deinit { release() }
}
