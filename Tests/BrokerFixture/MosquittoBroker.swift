internal import Foundation
internal import Glibc
internal import LocalStage

/// A real mosquitto on a free loopback port, with a folder of its own for configuration, sessions
/// and log; ended with the object. Used by the tests of every room that talks MQTT.
public final class MosquittoBroker: @unchecked Sendable {
    /// What deviates from an open listener with persistence and without limits.
    public struct Options: Sendable {
        /// Lines that go into the configuration as they are, after the others.
        public var extraLines: [String] = []
        /// `nil`: anonymous; else user names with their passwords.
        public var users: [String: String]?
        /// Whether the listener speaks TLS and wants a client certificate.
        public var encryption: TestCertificates?
        public var keepsSessions = true
        /// Whether the limits on messages in flight and queued are lifted.
        public var isUnlimited = true

        public init() {}
    }

    public struct NotStarted: Error, CustomStringConvertible {
        public let description: String
    }

    public let port: Int
    public let folder: String
    private let options: Options
    private var process: ChildProcess?

    /// Starts the broker and waits until it takes connections.
    public init(_ options: Options = Options()) throws {
        self.options = options
        folder = try TestFolder.make("mosquitto")
        var attempt = 0
        while true {
            let candidate = try freeLoopbackPort()
            do {
                process = try Self.launch(port: candidate, folder: folder, options: options)
                port = candidate
                return
            } catch let failure as NotStarted {
                // Somebody else may have taken the port between looking and starting.
                attempt += 1
                if attempt == 5 { throw failure }
            }
        }
    }

    deinit {
        process?.end(SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Ends the broker; by default as an operator would, so that it saves its sessions.
    public func stop(_ signal: Int32? = nil) {
        process?.end(signal ?? SIGTERM)
        process = nil
    }

    /// Starts it again after ``stop(_:)``, with the same port and data.
    public func restart() throws {
        stop()
        process = try Self.launch(port: port, folder: folder, options: options)
    }

    public var identifier: Int32 { process?.pid ?? 0 }

    /// What it has logged so far.
    public var log: String {
        (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
    }

    /// Waits until the log says `words`; `false` at the deadline.
    public func waitForLog(_ words: String, atMost limit: Duration = .seconds(30)) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !log.contains(words) {
            if ContinuousClock.now >= deadline { return false }
            usleep(10_000)
        }
        return true
    }

    private static func launch(
        port: Int, folder: String, options: Options
    ) throws -> ChildProcess {
        // Started as root it would become user mosquitto, could not write the folder, and exit.
        var lines = ["user root", "listener \(port) 127.0.0.1", "log_type all"]
        if options.isUnlimited {
            lines += ["max_inflight_messages 0", "max_queued_messages 0"]
        }
        if options.keepsSessions {
            lines += ["persistence true", "persistence_location \(folder)/"]
        }
        if let users = options.users {
            let file = folder + "/passwords"
            try users.map { "\($0.key):\($0.value)\n" }.joined()
                .write(toFile: file, atomically: true, encoding: .utf8)
            try Command.run("mosquitto_passwd", ["-U", file])
            lines += ["allow_anonymous false", "password_file \(file)"]
        } else {
            lines += ["allow_anonymous true"]
        }
        if let encryption = options.encryption {
            lines += [
                "cafile \(encryption.authorityFile)", "certfile \(encryption.serverFile)",
                "keyfile \(encryption.serverKeyFile)", "require_certificate true",
            ]
        }
        lines += options.extraLines
        let configuration = folder + "/mosquitto.conf"
        try (lines.joined(separator: "\n") + "\n")
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        let process = try ChildProcess(
            name: "broker", program: "mosquitto", arguments: ["-c", configuration],
            log: folder + "/log", isMinded: true)
        let deadline = ContinuousClock.now + .seconds(15)
        while !isListening(onLoopback: port) {
            guard process.isRunning, ContinuousClock.now < deadline else {
                process.end(SIGKILL)
                let log = try? String(contentsOfFile: folder + "/log", encoding: .utf8)
                throw NotStarted(description: "mosquitto did not start: \(log ?? "no log")")
            }
            usleep(2_000)
        }
        return process
    }
}
