import Foundation
public import Glibc
import Synchronization

/// A program that was started, in a process group of its own, so that Ctrl-C at the terminal
/// reaches the starter alone and it ends its children in the right order. Serves the stages of
/// simulators and tests alike. Any thread may ask and end it.
public final class ChildProcess: Sendable {
    /// Why a process could not be started.
    public struct StartFailure: Error, CustomStringConvertible {
        public var program: String
        public var reason: String

        public init(program: String, reason: String) {
            self.program = program
            self.reason = reason
        }

        public var description: String { "cannot start \(program): \(reason)" }
    }

    public let name: String
    public let pid: pid_t
    /// Set once it has ended and its status was collected.
    private let exitStatus = Mutex<Int32?>(nil)
    /// Kills it when this process is gone, however it went.
    private let minder: Minder?

    private struct Minder: Sendable {
        let pid: pid_t
        /// One end of a socket pair; while it is open the minder lets the child live.
        let lifeline: Int32
    }

    /// Starts `program`, looked for in PATH, with its output appended to `log`.
    ///
    /// - Parameter isMinded: whether the child is killed even when this process cannot do it any
    ///   more, since it crashed or was killed itself.
    public init(
        name: String, program: String, arguments: [String], log: String, isMinded: Bool = false
    ) throws {
        self.name = name
        pid = try Self.spawn(program, arguments, output: log, input: nil)
        minder = isMinded ? try Self.minder(of: pid) : nil
    }

    /// Nothing that was minded outlives whoever started it.
    deinit { if minder != nil { kill9() } }

    /// Whether it still runs; collects its exit status if not.
    public var isRunning: Bool {
        exitStatus.withLock { known in
            if known != nil { return false }
            var status: Int32 = 0
            guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return true }
            known = status
            endMinder()
            return false
        }
    }

    /// Sends a signal, if it still runs.
    public func signal(_ number: Int32) {
        guard isRunning else { return }
        kill(pid, number)
    }

    /// Ends it at once, as a crash would.
    public func kill9() { end(SIGKILL) }

    /// Sends the signal and waits for the end.
    /// - Returns: its exit code, as ``waitForExit()`` gives it.
    @discardableResult
    public func end(_ number: Int32) -> Int32 {
        signal(number)
        return waitForExit()
    }

    /// Waits until it ends by itself and gives its exit code; 128 + signal if it was killed.
    @discardableResult
    public func waitForExit() -> Int32 {
        while isRunning { usleep(2000) }
        let status = exitStatus.withLock { $0 ?? 0 }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// Asks it to end, waits `seconds` at the most, then insists.
    public func stop(within seconds: Double) {
        signal(SIGTERM)
        let deadline = Date(timeIntervalSinceNow: seconds)
        while isRunning, Date() < deadline { usleep(20_000) }
        kill9()
    }

    // MARK: - Starting

    private static func minder(of pid: pid_t) throws -> Minder {
        var ends: [2 of Int32] = [-1, -1]
        var span = ends.mutableSpan
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        _ = unsafe span.withUnsafeMutableBufferPointer {
            unsafe socketpair(AF_UNIX, kind, 0, $0.baseAddress)
        }
        let minder = try spawn(
            "sh", ["-c", "cat >/dev/null; kill -9 \(pid) 2>/dev/null"], output: "/dev/null",
            input: ends[0])
        close(ends[0])
        return Minder(pid: minder, lifeline: ends[1])
    }

    /// The child has ended: its number may belong to somebody else from now on.
    private func endMinder() {
        guard let minder else { return }
        kill(minder.pid, SIGKILL)
        close(minder.lifeline)
        var ignored: Int32 = 0
        while unsafe waitpid(minder.pid, &ignored, 0) < 0, errno == EINTR {}
    }

    private static func spawn(
        _ program: String, _ arguments: [String], output: String, input: Int32?
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawn_file_actions_init(&actions)
        defer {
            unsafe posix_spawnattr_destroy(&attributes)
            unsafe posix_spawn_file_actions_destroy(&actions)
        }
        unsafe posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        // Worker threads block signals, and a child would inherit that: SIGTERM would never come.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)

        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map {
            unsafe strdup($0)
        }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var started: pid_t = 0
        let code = unsafe posix_spawnp(&started, program, &actions, &attributes, words, environ)
        guard code == 0 else {
            throw StartFailure(program: program, reason: unsafe String(cString: strerror(code)))
        }
        return started
    }
}

/// A port of the loopback interface that nobody listens on at this moment.
public func freeLoopbackPort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
            unsafe bind(descriptor, general, length) == 0
                && getsockname(descriptor, general, &length) == 0
        }
    }
    guard bound else {
        throw ChildProcess.StartFailure(program: "loopback port", reason: "no port is free")
    }
    return Int(UInt16(bigEndian: address.sin_port))
}
