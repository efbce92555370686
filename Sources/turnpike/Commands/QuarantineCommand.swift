import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import StateStore
import VehicleSignals

/// Messages that could not be decoded or believed.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Lists, shows and decodes again what could not be decoded or believed.",
        subcommands: [List.self, Show.self, Retry.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A line a message.",
            discussion: """
                A running gateway is asked to store what it holds first, which takes a second or \
                two. Where it does not in time, what is stored is listed, and a warning says so.
                """)
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "At most so many.")
        var limit = 100
        @OptionGroup var patience: GatewayWait

        func run() throws {
            let store = try openState(options)
            let settings = try options.gatewayConfiguration()
            let newest = try NewestFromGateway.ask(
                store, dataFolder: settings.dataFolder, until: patience.deadline)
            let entries = try store.quarantined(after: 0, standing: .open, limit: limit)
            for entry in entries {
                let line = QuarantineLine(entry)
                if options.json {
                    try printJSON(line)
                } else {
                    let place = line.byte.map { " at byte \($0)" } ?? ""
                    print("\(line.id)\t\(line.arrival)\t\(line.topic)\t\(line.reason)\(place)")
                }
            }
            if entries.isEmpty, !options.json {
                print(
                    newest == .missing
                        ? "the quarantine was empty at the last snapshot"
                        : "the quarantine is empty")
            }
            if newest == .missing {
                printError(
                    NewestFromGateway.warning(flushSeconds: settings.state.flushSeconds))
            }
            let figures = try store.quarantineFigures()
            if figures.retry > 0, !options.json {
                printError("not listed: \(figures.retry) that the gateway is to decode again")
            }
            if figures.lostForRoom + figures.lostForAge > 0, !options.json {
                printError(
                    "removed unseen: \(figures.lostForRoom) for want of room, "
                        + "\(figures.lostForAge) for their age")
            }
        }
    }
}

extension QuarantineCommand {
    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has messages decoded again, after a mapping was mended.",
            discussion: """
                turnpike quarantine retry 17
                turnpike quarantine retry --source skoda
                turnpike quarantine retry --all

                The running gateway stores what it holds first, so that --source and --all take \
                everything that came before the command. It hands them in as new messages within \
                a few seconds: they count as received once more, and what was applied before is \
                not applied twice. A message that still cannot be decoded appears in the \
                quarantine again, under a new number. Mend the mapping and have the gateway \
                reload it (SIGHUP) before.

                Without a running gateway the messages are marked, and the next start takes them.
                """)
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The message's number, as `turnpike quarantine list` shows it.")
        var id: Int64?
        @Option(help: "All messages of this source.")
        var source: String?
        @Flag(help: "All messages.")
        var all = false
        @OptionGroup var patience: GatewayWait

        func validate() throws {
            let ways = [id != nil, source != nil, all].filter { $0 }.count
            guard ways == 1 else {
                throw ValidationError(
                    "give one of the three: a message's number, --source NAME or --all")
            }
        }

        func run() throws {
            let store = try openState(options)
            let settings = try options.gatewayConfiguration()
            let deadline = patience.deadline
            // Whoever knows a message's number has it from what is stored.
            let newest =
                id == nil
                ? try NewestFromGateway.ask(
                    store, dataFolder: settings.dataFolder, until: deadline) : nil
            let asked = try store.requestRetry(request)
            if asked.isEmpty, let id {
                throw notThere(
                    "no message with the number \(id) waits; `turnpike quarantine list` shows them")
            }
            let isRunning = try NewestFromGateway.isRunning(settings.dataFolder)
            var standings = try Self.standings(of: asked, store)
            while isRunning, (standings[.retry] ?? 0) > 0, Date() < deadline {
                usleep(100_000)
                standings = try Self.standings(of: asked, store)
            }
            try show(
                asked: asked.count, standings, isRunning: isRunning,
                isComplete: newest != .missing)
            if newest == .missing {
                printError(
                    NewestFromGateway.warning(flushSeconds: settings.state.flushSeconds))
            }
        }

        private var request: RetryRequest {
            if let id { return .message(id) }
            if let source { return .source(source) }
            return .everything
        }

        private static func standings(
            of ids: [Int64], _ store: SQLiteStateStore
        ) throws -> [QuarantineStanding: Int] {
            var counts: [QuarantineStanding: Int] = [:]
            for id in ids {
                // A row that is gone had to make room: nobody waits for it any more.
                let standing = try store.quarantined(id: id)?.standing ?? .dropped
                counts[standing, default: 0] += 1
            }
            return counts
        }

        private func show(
            asked: Int, _ standings: [QuarantineStanding: Int], isRunning: Bool,
            isComplete: Bool
        ) throws {
            struct Answer: Encodable {
                var asked, handed_in, waiting, not_whole: Int
                var gateway_running, complete: Bool
            }
            let answer = Answer(
                asked: asked, handed_in: standings[.retried] ?? 0,
                waiting: standings[.retry] ?? 0, not_whole: standings[.open] ?? 0,
                gateway_running: isRunning, complete: isComplete)
            if options.json { return try printJSON(answer) }
            if asked == 0, let source {
                print(
                    "no message of a source \(source) waits; `turnpike quarantine list --json` "
                        + "tells of which sources there are")
                return
            }
            print("\(answer.asked) asked for, \(answer.handed_in) handed in again")
            if answer.not_whole > 0 {
                print(
                    "\(answer.not_whole) stay: only the beginning of their payload is kept, and "
                        + "the journal no longer has the rest")
            }
            if answer.waiting > 0 {
                print(
                    isRunning
                        ? "\(answer.waiting) still wait for the gateway"
                        : "no gateway runs on this data folder; \(answer.waiting) wait for a start"
                )
            }
        }
    }
}

/// Says that nothing has the number that was asked for. The command was right, so no usage is
/// shown.
func notThere(_ sentence: String) -> ExitCode {
    printError("Error: \(sentence)")
    return .validationFailure
}

/// Opens `state.db` of the configured data folder.
func openState(_ options: ConfigurationOptions) throws -> SQLiteStateStore {
    let configuration = try options.gatewayConfiguration()
    try makeDataFolder(configuration)
    return try SQLiteStateStore(path: configuration.dataFolder + "/state.db")
}
