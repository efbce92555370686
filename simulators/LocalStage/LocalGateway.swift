import Foundation

/// A gateway of our own: its configuration in a folder, the product's binary as a child.
public final class LocalGateway {
    /// What differs from the shipped configuration.
    public struct Settings: Sendable {
        public var brokerPort: Int
        public var apiPort: Int
        public var clock = "recorded"
        public var flushSeconds = 5
        /// `host:port` of dealers on loopback.
        public var allowedTargets: [String] = []
        public var retryScale = 1.0
        public var roundMessagesMax = 20_000
        /// Folder of rule files; `nil`: the shipped ones.
        public var rules: String?
        /// Folder of source files; `nil`: the shipped ones.
        public var sources: String?

        public init(brokerPort: Int, apiPort: Int) {
            self.brokerPort = brokerPort
            self.apiPort = apiPort
        }
    }

    /// A subcommand of the product that ended with an error.
    public struct CommandFailure: Error, CustomStringConvertible {
        public var command: String
        public var output: String
        public var description: String { "turnpike \(command) failed:\n\(output)" }
    }

    public let folder: String
    public let settings: Settings
    private let program: String
    private var process: ChildProcess?
    /// `nil` while it does not run.
    public var pid: Int32? { process?.pid }

    /// - Parameters:
    ///   - folder: for data, log and configuration.
    ///   - shipped: the project's `config` folder, whose signals, sources and rules are used.
    ///   - program: path of the `turnpike` binary.
    public init(folder: String, shipped: String, program: String, settings: Settings) throws {
        self.folder = folder
        self.program = program
        self.settings = settings
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let targets = settings.allowedTargets.map { "\"\($0)\"" }.joined(separator: ", ")
        let yaml = """
            data: \(folder)/store
            clock: \(settings.clock)
            signals: \(shipped)/signals.yaml
            sources: \(settings.sources ?? shipped + "/sources")
            rules: \(settings.rules ?? shipped + "/rules")
            broker:
              port: \(settings.brokerPort)
              client_id: turnpike-local
              round_messages_max: \(settings.roundMessagesMax)
            state:
              flush_seconds: \(settings.flushSeconds)
            api:
              port: \(settings.apiPort)
            delivery:
              allowed_private_targets: [\(targets)]
              retry_scale: \(settings.retryScale)
            """
        try yaml.write(toFile: configurationFile, atomically: true, encoding: .utf8)
    }

    public var configurationFile: String { folder + "/gateway.yaml" }
    public var address: String { "http://127.0.0.1:\(settings.apiPort)" }
    public var logFile: String { folder + "/gateway.log" }
    public var isRunning: Bool { process?.isRunning == true }

    /// Runs a subcommand to its end and gives what it printed.
    @discardableResult
    public func command(_ arguments: [String]) throws -> String {
        let output = folder + "/command-\(UUID().uuidString).out"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let child = try ChildProcess(
            name: arguments.first ?? "", program: program,
            arguments: arguments + ["--config", configurationFile], log: output)
        let code = child.waitForExit()
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        guard code == 0 else {
            throw CommandFailure(command: arguments.joined(separator: " "), output: text)
        }
        return text
    }

    /// Starts the gateway; returns at once.
    public func start() throws {
        process = try ChildProcess(
            name: "gateway", program: program,
            arguments: ["run", "--config", configurationFile], log: logFile)
    }

    /// Waits until the gateway answers on its port.
    public func waitUntilListening(seconds: Double) throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !isListening(onLoopback: settings.apiPort) {
            guard isRunning, Date() < deadline else {
                let log = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? ""
                throw CommandFailure(command: "run", output: String(log.suffix(4000)))
            }
            usleep(20_000)
        }
    }

    /// Sends the running gateway a signal.
    public func signal(_ number: Int32) { process?.signal(number) }

    public func kill9() {
        process?.kill9()
        process = nil
    }

    public func stop() {
        process?.stop(within: 30)
        process = nil
    }
}
