import ArgumentParser
import FleetModel
import Foundation
import MQTTLink
import VehicleSignals

/// Lets the fleet drive and sends what it says.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Publishes the fleet's messages; one JSON line of progress a second.",
        discussion: """
            Ends with a line that has "done":true and the counts of what was sent: messages in \
            all, reports in them, duplicates, batches and rubbish that nobody can decode. Ctrl-C \
            and SIGTERM end it early, after what is under way was acknowledged.
            """)

    @OptionGroup var fleet: FleetOptions

    @Option(help: "mqtt://[user:password@]host:port, or mqtts:// with TLS.")
    var broker = "mqtt://127.0.0.1:1883"

    @Option(help: "Certificate authority for mqtts://.")
    var ca: String?

    @Option(help: "Quality of service, 0, 1 or 2.")
    var qos: UInt8 = 1

    @Option(help: "Connections to the broker.")
    var connections = 1

    @Option(help: "Simulated seconds a second; 0: as fast as possible.")
    var speed = 0.0

    @Option(help: "Messages a second at most; 0: any.")
    var rate = 0.0

    @Flag(help: "Send one report of each vehicle and end.")
    var once = false

    @Option(help: "File that remembers how far the fleet was sent.")
    var state: String?

    @Option(help: "Write messages to this file as JSON lines instead of sending them.")
    var write: String?

    @Option(help: "Write the leads that must come of it to this file first.")
    var expected: String?

    @Option(help: "Number of dealers that `prepare` was given; for --expected.")
    var dealerCount = 2

    mutating func validate() throws {
        guard DeliveryQuality(rawValue: qos) != nil else {
            throw ValidationError("--qos must be 0, 1 or 2.")
        }
        guard (1...64).contains(connections) else {
            throw ValidationError("--connections must be 1 to 64.")
        }
        guard speed >= 0, rate >= 0 else {
            throw ValidationError("--speed and --rate must not be negative.")
        }
    }

    func run() throws {
        Interruption.watch()
        let position = try state.flatMap { try StateFile.position(at: $0, of: fleet) }
        let plans = fleet.plans()
        if let expected {
            _ = try ExpectedFile.write(fleet, plans: plans, dealers: dealerCount, to: expected)
        }
        let transport: any FleetTransport
        if let write {
            transport = try FileTransport(path: write)
        } else {
            transport = try BrokerTransport(
                broker: BrokerAddress(broker, authorityFile: ca), connections: connections,
                quality: DeliveryQuality(rawValue: qos) ?? .atLeastOnce)
        }
        let drive = FleetDrive(
            stream: FleetStream(fleet.settings, plans: plans, from: position),
            transport: transport, pace: Pace(speed: speed, rate: rate), isOnce: once,
            isInterrupted: { Interruption.isRequested },
            remember: { position in
                guard let state else { return }
                try StateFile(fleet, position: position).write(to: state)
            })
        try drive.run()
        try transport.close()
    }
}
