import Foundation

/// A mosquitto of our own on the loopback interface, with limits that lose nothing and a folder
/// that keeps its sessions over restarts.
public final class LocalBroker {
    public let port: Int
    private let folder: String
    private var process: ChildProcess?

    /// - Parameters:
    ///   - folder: made if it does not exist; holds configuration, log and sessions.
    ///   - lines: more of its configuration.
    public init(folder: String, port: Int, lines: [String] = []) throws {
        self.folder = folder
        self.port = port
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let configuration = """
            user root
            listener \(port) 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location \(folder)/
            autosave_interval 30
            max_inflight_messages 0
            max_queued_messages 0
            max_queued_bytes 0
            \(lines.joined(separator: "\n"))
            """
        try configuration.write(
            toFile: folder + "/mosquitto.conf", atomically: true, encoding: .utf8)
    }

    /// Starts it and waits until it answers.
    public func start() throws {
        process = try ChildProcess(
            name: "broker", program: "mosquitto", arguments: ["-c", folder + "/mosquitto.conf"],
            log: folder + "/mosquitto.log")
        let deadline = Date(timeIntervalSinceNow: 15)
        while !isListening(onLoopback: port) {
            guard process?.isRunning == true, Date() < deadline else {
                throw ChildProcess.StartFailure(
                    program: "mosquitto", reason: "it does not listen; see \(folder)/mosquitto.log")
            }
            usleep(20_000)
        }
    }

    /// Ends it with SIGTERM, which makes it save its sessions.
    public func stop() {
        process?.stop(within: 20)
        process = nil
    }

    public var isRunning: Bool { process?.isRunning == true }
}
