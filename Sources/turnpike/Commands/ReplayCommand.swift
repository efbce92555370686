import ArgumentParser
import Foundation
import MQTTLink
import VehicleSignals

/// Publishes recordings, so that real data can be tried without a vehicle.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Publishes files as messages to a broker.",
        discussion: """
            Each file becomes the payload of one message. {folder} and {file} in the topic stand \
            for the file's folder and for its name without the ending:

              turnpike replay --broker mqtt://127.0.0.1:1883 \
            --topic skoda/{folder}/{file} garage/*/maintenance.json

            A file that ends in .jsonl holds a message a line: {"topic": …, "payload": …}; the \
            topic option may then be left out.
            """)

    @Option(help: "The broker, mqtt://HOST:PORT.")
    var broker: String

    @Option(help: "Topic template; {file} and {folder} are filled in.")
    var topic: String?

    @Option(help: "Quality of service, 0, 1 or 2.")
    var qos = 1

    @Option(help: "Messages a second at most; 0: as fast as the broker takes them.")
    var rate = 0.0

    @Option(help: "How often to publish everything.")
    var times = 1

    @Flag(help: "Publish with the retain flag.")
    var retain = false

    @Option(help: "User name at the broker; the password comes from TURNPIKE_BROKER_PASSWORD.")
    var username: String?

    @Option(help: "The gateway's configuration file; not needed, taken for uniformity.")
    var config: String?

    @Flag(help: "Answer in JSON, for machines.")
    var json = false

    @Argument(help: "Files to publish.")
    var files: [String]

    /// More often than that is a slip of the pen.
    static let timesMax = 1_000_000
    static let rateMax = 10_000_000.0
    /// Between two messages; below that rate one would not know whether it still runs.
    static let rateMin = 0.001

    func validate() throws {
        guard (1...Self.timesMax).contains(times) else {
            throw ValidationError(
                "--times is \(times); write a whole number from 1 to \(Self.timesMax)")
        }
        guard rate == 0 || (Self.rateMin...Self.rateMax).contains(rate) else {
            throw ValidationError(
                "--rate is \(rate); write 0 (as fast as the broker takes them) or messages a "
                    + "second from \(Self.rateMin) to \(Int(Self.rateMax))")
        }
        guard (0...2).contains(qos) else {
            throw ValidationError("quality of service is 0, 1 or 2, not \(qos)")
        }
    }

    func run() throws {
        guard let url = URL(string: broker), url.scheme == "mqtt", let host = url.host else {
            throw ValidationError("\"\(broker)\" is no broker; write mqtt://127.0.0.1:1883")
        }
        guard let quality = DeliveryQuality(rawValue: UInt8(clamping: qos)), qos >= 0 else {
            throw ValidationError("quality of service is 0, 1 or 2, not \(qos)")
        }
        var configuration = MQTTConnectionConfiguration(
            host: host, port: url.port ?? 1883,
            clientIdentifier: "turnpike-replay-\(ProcessInfo.processInfo.processIdentifier)")
        configuration.username = username
        configuration.password =
            ProcessInfo.processInfo.environment["TURNPIKE_BROKER_PASSWORD"]
        configuration.cleanStart = true
        configuration.sessionExpirySeconds = 0
        let messages = try files.flatMap(messages(in:))
        let publisher = try MQTTPublisher(
            configuration, allowance: .everything, clock: { systemNow() })
        try publisher.start()
        guard
            publisher.wait(atMost: .seconds(15), until: { $0.isConnected }) != nil
        else {
            let why = publisher.status.lastRefusal.map { "\($0)" } ?? "no answer"
            throw ValidationError("cannot reach \(broker): \(why)")
        }
        var sent = 0
        let began = ContinuousClock.now
        for _ in 0..<times {
            for message in messages {
                try publisher.publish(
                    topic: message.topic, payload: message.payload, quality: quality,
                    isRetained: retain)
                sent += 1
                if rate > 0 {
                    let due = began + .seconds(Double(sent) / rate)
                    let wait = ContinuousClock.now.duration(to: due)
                    if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
                }
            }
        }
        try publisher.close(atMost: .seconds(60))
        print(
            json
                ? "{\"published\":\(sent),\"files\":\(files.count)}"
                : "published \(sent) messages of \(files.count) files to \(broker)")
    }

    private struct Message {
        var topic: String
        var payload: [UInt8]
    }

    private func messages(in path: String) throws -> [Message] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path) cannot be read")
        }
        if path.hasSuffix(".jsonl") { return try lines(data, path: path) }
        guard let topic else {
            throw ValidationError("give a topic with --topic; {file} and {folder} are filled in")
        }
        let url = URL(fileURLWithPath: path)
        let file = url.deletingPathExtension().lastPathComponent
        let folder = url.deletingLastPathComponent().lastPathComponent
        return [
            Message(
                topic: topic.replacing("{file}", with: file).replacing("{folder}", with: folder),
                payload: [UInt8](data))
        ]
    }

    private func lines(_ data: Data, path: String) throws -> [Message] {
        struct Line: Decodable { var topic, payload: String }
        return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { number, line in
            do {
                let read = try JSONDecoder().decode(Line.self, from: Data(line))
                return Message(topic: read.topic, payload: Array(read.payload.utf8))
            } catch {
                throw ValidationError(
                    "\(path):\(number + 1) is not {\"topic\": …, \"payload\": …}")
            }
        }
    }
}
