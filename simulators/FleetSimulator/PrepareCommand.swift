import ArgumentParser
import FleetModel
import Foundation

/// Writes what belongs to a fleet: customers for `turnpike import`, and the leads that must come.
struct PrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Writes the fleet's import files and its list of expected leads.",
        discussion: """
            DIR gets one CSV a kind (see docs/import.md), expected.jsonl, and import-order.txt \
            with the kinds in the order in which they are to be imported.
            """)

    @OptionGroup var fleet: FleetOptions

    @Option(help: "Keys of the dealers, separated by commas.")
    var dealers = "dealer-a,dealer-b"

    @Option(help: "A dealer's webhook, as DEALER=URL; again for each. Without one a dealer pulls.")
    var endpoint: [String] = []

    @Option(help: "A webhook's secret, as DEALER=whsec_…; again for each. By default made up.")
    var secret: [String] = []

    @Option(help: "Configured source under which the vehicles' topics stand.")
    var source = "native"

    @Option(help: "Folder to write to.")
    var out: String

    mutating func validate() throws {
        let keys = Self.parts(dealers)
        guard !keys.isEmpty, Set(keys).count == keys.count else {
            throw ValidationError("--dealers needs one or more different keys.")
        }
        for (name, list) in [("--endpoint", endpoint), ("--secret", secret)] {
            for entry in list where !keys.contains(Self.pair(entry).key) {
                throw ValidationError("\(name) \(entry): must begin with a dealer's key and =.")
            }
        }
    }

    func run() throws {
        let settings = fleet.settings
        let plans = fleet.plans()
        let keys = Self.parts(dealers)
        let files = CustomerFiles(
            settings, plans: plans, dealers: madeDealers(keys), source: source)
        try FileManager.default.createDirectory(
            atPath: out, withIntermediateDirectories: true)
        for (kind, text) in files.text { try write(text, to: kind + ".csv") }
        try write(
            CustomerFiles.order.joined(separator: "\n") + "\n", to: "import-order.txt")

        let expectation = try ExpectedFile.write(
            fleet, plans: plans, dealers: keys.count, to: path("expected.jsonl"))
        print(
            "{\"vehicles\":\(plans.count),\"days\":\(settings.days),"
                + "\"expected\":\(expectation.leads.count),"
                + "\"withheld\":\(expectation.withheld)}")
    }

    private func madeDealers(_ keys: [String]) -> [CustomerFiles.Dealer] {
        let urls = Dictionary(endpoint.map(Self.pair)) { $1 }
        let secrets = Dictionary(secret.map(Self.pair)) { $1 }
        return keys.enumerated().map { index, key in
            CustomerFiles.Dealer(
                key: key, url: urls[key],
                secret: secrets[key] ?? Self.madeUpSecret(seed: fleet.seed, dealer: index))
        }
    }

    /// The two sides of the first `=`.
    private static func pair(_ text: String) -> (key: String, value: String) {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        return (sides.first ?? "", sides.count > 1 ? sides[1] : "")
    }

    /// A secret of 32 bytes in the form of Standard Webhooks, the same for the same seed.
    private static func madeUpSecret(seed: UInt64, dealer: Int) -> String {
        var draw = Draw(seed: seed, vehicle: dealer, question: .secret)
        let bytes = (0..<32).map { _ in UInt8(truncatingIfNeeded: draw.bits()) }
        return "whsec_" + Data(bytes).base64EncodedString()
    }

    private func path(_ name: String) -> String {
        URL(fileURLWithPath: out).appendingPathComponent(name).path
    }

    private func write(_ text: String, to name: String) throws {
        try ExpectedFile.write(text, to: path(name))
    }

    private static func parts(_ list: String) -> [String] {
        list.split(separator: ",", omittingEmptySubsequences: true)
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
