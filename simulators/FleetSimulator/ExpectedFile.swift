import ArgumentParser
import FleetModel
import Foundation

/// The list of the leads that must come, one JSON object a line.
enum ExpectedFile {
    /// - Throws: ``FleetError/cannotWrite(_:)``, or a word on needs that are unclear, which would
    ///   make the list worthless.
    static func write(
        _ options: FleetOptions, plans: [VehiclePlan], dealers: Int, to path: String
    ) throws -> Expectation {
        let expectation = Expectation(options.settings, plans: plans, dealers: dealers)
        guard expectation.unclear.isEmpty else {
            let names = expectation.unclear.prefix(5).map(\.text).joined(separator: ", ")
            throw ValidationError(
                "\(expectation.unclear.count) needs are unclear (\(names)); take another seed.")
        }
        var lines = ""
        for lead in expectation.leads.sorted(by: { $0.key < $1.key }) { lines += lead.json + "\n" }
        try write(lines, to: path)
        return expectation
    }

    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw FleetError.cannotWrite(path)
        }
    }
}
