import PayloadDecoding
import Testing
import VehicleSignals

/// `config/overlay.vspec`: the house's own signals, in the form of COVESA's tools.
@Suite struct `the overlay in COVESA's form` {
    /// The entries of the file: path, and what stands below it.
    private static func entries() throws -> [String: [String: String]] {
        var entries: [String: [String: String]] = [:]
        var path = ""
        for line in try Shipped.text("config/overlay.vspec").split(separator: "\n") {
            guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            if line.hasPrefix("  ") {
                entries[path, default: [:]][String(line[..<colon].dropFirst(2))] = String(value)
            } else {
                path = String(line[..<colon])
                #expect(value.isEmpty && entries[path] == nil, "\(path)")
                entries[path] = [:]
            }
        }
        return entries
    }

    @Test func `names exactly the signals that VSS lacks`() throws {
        let own = try Shipped.catalogue().definitions.map(\.path).filter { $0.contains(".Ext.") }
        let entries = try Self.entries()
        #expect(Set(entries.filter { $0.value["type"] != "branch" }.keys) == Set(own))
        #expect(own.count > 20)
    }

    @Test func `says of each what the catalogue says`() throws {
        let catalogue = try Shipped.catalogue()
        for (path, entry) in try Self.entries() {
            #expect(entry["description"]?.isEmpty == false, "\(path)")
            guard let type = entry["type"], type != "branch" else { continue }
            #expect(["sensor", "attribute"].contains(type), "\(path)")
            let definition = catalogue[try #require(catalogue.id(of: path))]
            let word =
                definition.datatype == .troubleCodes ? "string[]" : definition.datatype.rawValue
            #expect(entry["datatype"] == word, "\(path)")
            #expect(entry["unit"] ?? "" == definition.unit.symbol, "\(path)")
        }
    }

    @Test func `has a branch for every step but those of VSS`() throws {
        let entries = try Self.entries()
        for path in entries.keys {
            let steps = path.split(separator: ".")
            for count in 3..<max(steps.count, 3) {
                let branch = steps[..<count].joined(separator: ".")
                #expect(entries[branch]?["type"] == "branch", "\(branch) of \(path)")
            }
        }
    }
}
