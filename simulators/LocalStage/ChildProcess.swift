import Foundation
public import Glibc

/// A process of the stage, in a process group of its own, so that Ctrl-C at the terminal reaches
/// the stage alone and it ends its children in the right order.
public final class ChildProcess {
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
    private var exitStatus: Int32?

    /// Starts `program` with its output appended to `log`.
    public init(name: String, program: String, arguments: [String], log: String) throws {
        self.name = name
        var attributes = posix_spawnattr_t()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawn_file_actions_init(&actions)
        defer {
            unsafe posix_spawnattr_destroy(&attributes)
            unsafe posix_spawn_file_actions_destroy(&actions)
        }
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
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
        pid = started
    }

    /// Whether it still runs; collects its exit status if not.
    public var isRunning: Bool {
        if exitStatus != nil { return false }
        var status: Int32 = 0
        guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return true }
        exitStatus = status
        return false
    }

    /// Ends it at once, as a crash would.
    public func kill9() {
        guard isRunning else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        exitStatus = status
    }

    /// Waits until it ends by itself and gives its exit code; 128 + signal if it was killed.
    public func waitForExit() -> Int32 {
        while isRunning { usleep(5000) }
        let status = exitStatus ?? 0
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// Asks it to end, waits `seconds` at the most, then insists.
    public func stop(within seconds: Double) {
        guard isRunning else { return }
        kill(pid, SIGTERM)
        let deadline = Date(timeIntervalSinceNow: seconds)
        while isRunning, Date() < deadline { usleep(20_000) }
        guard isRunning else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        exitStatus = status
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
