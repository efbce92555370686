import ArgumentParser
import Foundation
import TriggerDelivery
import UnixSignals
import VehicleSignals

/// A dealer's system: receives leads, checks that they are genuine, answers them, and can be slow,
/// wrong or dead on command.
@main
struct DealerSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dealer-simulator",
        abstract: "A dealer's system that receives, verifies and answers leads.",
        discussion: """
            Prints one JSON object a line: listening, received, verified, duplicate, rejected, \
            answered, contact, status. Ends on SIGTERM and SIGINT.

            POST /control with {"behaviour":"slow:500"} changes the behaviour at run time; \
            GET /control tells what was done so far.
            """)

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one and prints it.")
    var port = 0

    @Option(help: "Secret of the endpoint, whsec_…; twice while it is being exchanged.")
    var secret: [String] = []

    @Option(help: "Key of the dealer.")
    var dealer: String

    @Option(help: "Address of the gateway, such as http://127.0.0.1:8080.")
    var gateway: String?

    @Option(help: "Key for the gateway's interface, tpk_….")
    var key: String?

    @Option(help: "good, slow:MS, wrong:STATUS, dead, gone or flaky:P.")
    var behaviour = Behaviour.good

    @Option(help: "Factor of all delays of the life cycle: 1 is seconds, 0 answers at once.")
    var pace = 1.0

    @Option(help: "Seed of everything random.")
    var seed: UInt64 = 1

    @Option(help: "File to which every verified event is appended as a line of JSON.")
    var journal: String?

    @Flag(help: "Fetch leads from the gateway instead of waiting for them.")
    var pull = false

    @Option(help: "Milliseconds between two fetches.")
    var pollInterval = 1000

    @Flag(help: "Print only where it listens.")
    var quiet = false

    @Flag(inversion: .prefixedNo, help: "Print JSON lines; without, words for people.")
    var jsonl = true

    func validate() throws {
        guard 0...65_535 ~= port else { throw ValidationError("--port is a number of 0–65535.") }
        guard pace >= 0, pace.isFinite else { throw ValidationError("--pace is not negative.") }
        guard pollInterval >= 10 else { throw ValidationError("--poll-interval is at least 10.") }
        guard !dealer.isEmpty else { throw ValidationError("--dealer is empty.") }
        guard (gateway == nil) == (key == nil) else {
            throw ValidationError("--gateway and --key come together.")
        }
        if pull {
            guard gateway != nil else { throw ValidationError("--pull needs --gateway and --key.") }
        } else {
            guard !secret.isEmpty else { throw ValidationError("--secret is missing.") }
        }
        for text in secret where (try? WebhookSecret(text)) == nil {
            throw ValidationError("A --secret is not whsec_ and 24–64 bytes in Base64.")
        }
    }

    func run() async throws {
        let log = EventLog(isQuiet: quiet, asJSON: jsonl)
        let journal = try journal.map { try EventJournal(path: $0) }
        let client: GatewayClient? =
            if let gateway, let key {
                GatewayClient(gateway: gateway, dealer: dealer, key: key)
            } else { nil }
        let desk = ServiceDesk(client: client, pace: pace, seed: seed, log: log)
        let reception = Reception(
            verifier: WebhookVerifier(secrets: try secret.map { try WebhookSecret($0) }),
            journal: journal, desk: desk, log: log, behaviour: behaviour, seed: seed)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        // Whoever runs it in a script waits for its end: nothing under way is finished first.
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in signals { return true }
                return true
            }
            group.addTask {
                do {
                    try await work(reception, client: client, desk: desk, log: log)
                    return true
                } catch is CancellationError {
                    return true
                } catch {
                    log.write(LogLine("failed", reason: "\(error)"))
                    return false
                }
            }
            let isGood = await group.next() ?? true
            desk.stop()
            log.flush()
            // A server that is told to stop waits for calls under way, and a dead dealer's last
            // long.
            Foundation.exit(isGood ? 0 : 1)
        }
    }

    private func work(
        _ reception: Reception, client: GatewayClient?, desk: ServiceDesk, log: EventLog
    ) async throws {
        if pull, let client {
            log.write(LogLine("pulling", dealer: dealer), isEssential: true)
            let fetcher = LeadFetcher(
                client: client, desk: desk, journal: reception.journal, log: log,
                interval: .milliseconds(pollInterval))
            try await fetcher.run()
        } else {
            try await DealerServer(
                host: host, port: port, dealer: dealer, reception: reception, log: log,
                desk: desk
            ).run()
        }
    }
}
