import ArgumentParser
import FleetModel
import Foundation

/// Compares the leads that came with those that had to.
struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Compares leads with the expected ones; exit code 1 if they differ.",
        discussion: """
            Both files hold one JSON object a line with "vehicle", "code", "position" and "cycle"; \
            other members are ignored.
            """)

    @Option(help: "The list that `prepare` wrote.")
    var expected: String

    @Option(help: "The leads that came, one JSON object a line; - reads standard input.")
    var actual: String

    @Option(help: "Findings of each kind to name.")
    var show = 20

    func run() throws {
        let judgement = Judgement(
            expected: try Self.keys(in: expected), actual: try Self.keys(in: actual))
        for (word, keys) in [
            ("missing", judgement.missing), ("unexpected", judgement.unexpected),
            ("twice", judgement.twice),
        ] {
            for key in keys.prefix(show) { print("\(word): \(key.text)") }
            if keys.count > show { print("\(word): … and \(keys.count - show) more") }
        }
        print(
            "{\"right\":\(judgement.right),\"missing\":\(judgement.missing.count),"
                + "\"unexpected\":\(judgement.unexpected.count),"
                + "\"twice\":\(judgement.twice.count)}")
        if !judgement.isPerfect { throw ExitCode(1) }
    }

    private struct Line: Decodable {
        var vehicle: String
        var code: String
        var position: String?
        var cycle: Int
    }

    static func keys(in path: String) throws -> [LeadKey] {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw FleetError.cannotRead(path, error.localizedDescription)
        }
        var keys: [LeadKey] = []
        let decoder = JSONDecoder()
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                let lead = try decoder.decode(Line.self, from: Data(line))
                keys.append(
                    LeadKey(
                        vehicle: lead.vehicle, code: lead.code, position: lead.position ?? "",
                        cycle: lead.cycle))
            } catch {
                throw FleetError.badLine(
                    file: path, line: index + 1,
                    "is no JSON object with vehicle, code, position and cycle")
            }
        }
        return keys
    }
}
