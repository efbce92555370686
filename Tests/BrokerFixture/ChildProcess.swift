public import Glibc

/// A program started in a process group of its own, so that Ctrl-C at the tests does not reach it,
/// and ended with them even when they crash.
@safe
public final class ChildProcess: @unchecked Sendable {
    public let identifier: pid_t
    /// One end of a socket pair; while it is open the minder lets the child live.
    private let lifeline: Int32
    private let minder: pid_t
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var exitStatus: Int32?

    public struct StartFailure: Error {
        public let program: String
        public let code: Int32
    }

    /// - Parameters:
    ///   - program: looked for in PATH.
    ///   - outputFile: takes standard output and error.
    ///   - isMinded: whether a minder kills it when this process is gone.
    public init(
        _ program: String, _ arguments: [String], outputFile: String, isMinded: Bool = true
    ) throws {
        identifier = try Self.spawn(program, arguments, outputFile: outputFile, input: nil)
        unsafe lock = .allocate(capacity: 1)
        unsafe pthread_mutex_init(lock, nil)
        guard isMinded else {
            lifeline = -1
            minder = 0
            return
        }
        var ends: [2 of Int32] = [-1, -1]
        var span = ends.mutableSpan
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        _ = unsafe span.withUnsafeMutableBufferPointer {
            unsafe socketpair(AF_UNIX, kind, 0, $0.baseAddress)
        }
        lifeline = ends[1]
        minder = try Self.spawn(
            "sh", ["-c", "cat >/dev/null; kill -9 \(identifier) 2>/dev/null"],
            outputFile: "/dev/null", input: ends[0])
        close(ends[0])
    }

    deinit {
        end(SIGKILL)
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    public func signal(_ number: Int32) {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        if exitStatus == nil { kill(identifier, number) }
    }

    /// Sends the signal and waits for the end.
    @discardableResult
    public func end(_ number: Int32) -> Int32 {
        signal(number)
        return wait()
    }

    /// Waits for the end; the status as `waitpid` gives it.
    @discardableResult
    public func wait() -> Int32 {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        if let exitStatus { return exitStatus }
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        exitStatus = status
        if minder > 0 {
            // The minder goes first: its child's number may belong to somebody else from now on.
            kill(minder, SIGKILL)
            close(lifeline)
            var ignored: Int32 = 0
            while unsafe waitpid(minder, &ignored, 0) < 0, errno == EINTR {}
        }
        return status
    }

    /// Whether it still runs.
    public var isRunning: Bool {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        guard exitStatus == nil else { return false }
        var information = unsafe siginfo_t()
        // Looks without taking the status away from `wait`.
        let result = unsafe waitid(
            P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT)
        return unsafe result == 0 && information._sifields._kill.si_pid == 0
    }

    private static func spawn(
        _ program: String, _ arguments: [String], outputFile: String, input: Int32?
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var defaults = sigset_t()
        unsafe sigfillset(&defaults)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        // Worker threads block signals, and a child would inherit that: SIGTERM would never come.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map {
            unsafe strdup($0)
        }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let failure = unsafe posix_spawnp(
            &identifier, program, &actions, &attributes, words, environ)
        if failure != 0 { throw StartFailure(program: program, code: failure) }
        return identifier
    }
}
