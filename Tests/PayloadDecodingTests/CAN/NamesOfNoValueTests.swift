import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// Bits that a database names by a word for "no value" are no number.
@Suite struct `names of no value` {
    private static let names = [
        "Unknown", "Invalid", "Not_Supported", "Not-Used_12", "not available", "NoDataExists",
        "Fehler", "SNA", "n/a", "Init", "reserviert", "undefined_2", "Faulty", "ungültig",
    ]
    /// They may go with a number.
    private static let others = [
        "Default", "No_Limit", "keine_Anzeige", "Null", "Off", "NA_English", "Init_oder_nicht",
        "Faults", "Fault_2", "Unlimited", "reserved_space", "3",
    ]

    private static func mapping(_ words: String) -> String {
        """
        source: x
        version: "1"
        topics: [{topic: "x/{vehicle}", form: can, bus: b}]
        buses:
          b:
            carrier: candump
            databases:
              - dbc: car.dbc
                signals:
                  - {name: P, signal: Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure\(words)}
        """
    }

    /// 100 is named so, and so are all ones.
    private static func database(_ name: String) -> String {
        """
        BO_ 256 M: 8 X
         SG_ P : 7|16@0+ (1,0) [0|65535] "kPa" X
        VAL_ 256 P 100 "\(name)" 65535 "\(name)";
        """
    }

    /// Readings and absent values of both bits, by the fast decoder and by its plain twin alike.
    private func counts(_ name: String, _ words: String = "") throws -> (values: Int, absent: Int) {
        let catalogue = try Shipped.catalogue()
        let definition = try CANSources.load(
            Self.mapping(words), catalogue: catalogue, database: Self.database(name))
        let sources = try CompiledSources(definitions: [definition], catalogue: catalogue)
        var decoder = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: [definition], catalogue: catalogue)
        var (values, absent) = (0, 0)
        for bits in ["0064", "FFFF"] {
            let payload = "can0 100#\(bits)000000000000"
            let difference = TwinComparison.difference(
                &decoder, &plain, "x/CAR1", Array(payload.utf8), isRetained: false)
            #expect(difference == nil, "\(difference ?? "")")
            let decoded = try #require(try decoder.decode("x/CAR1", payload))
            values += decoded.readings.count
            absent += Int(decoded.outcome.absent)
        }
        return (values, absent)
    }

    @Test(arguments: names)
    func `give no reading`(name: String) throws {
        #expect(try counts(name) == (0, 2))
    }

    @Test(arguments: others)
    func `that may go with a number leave it`(name: String) throws {
        #expect(try counts(name) == (2, 0))
    }

    @Test func `of a flag or a choice are its values`() throws {
        let catalogue = try Shipped.catalogue()
        for (layout, names, value) in [
            ("7|1@0+", #"1 "Fault" 0 "NoFault""#, "80"), ("7|2@0+", #"1 "Fault""#, "40"),
            ("7|4@0+", (0..<8).map { "\($0) \"Error\"" }.joined(separator: " "), "10"),
        ] {
            let database = """
                BO_ 256 M: 8 X
                 SG_ P : \(layout) (1,0) [0|15] "kPa" X
                VAL_ 256 P \(names);
                """
            let definition = try CANSources.load(
                Self.mapping(""), catalogue: catalogue, database: database)
            let sources = try CompiledSources(definitions: [definition], catalogue: catalogue)
            var decoder = MessageDecoder(sources)
            var plain = PlainDecoder(definitions: [definition], catalogue: catalogue)
            let payload = "can0 100#\(value)00000000000000"
            #expect(
                TwinComparison.difference(
                    &decoder, &plain, "x/CAR1", Array(payload.utf8), isRetained: false) == nil)
            let values = try decoder.lines("x/CAR1", payload).map { $0.split(separator: " ")[1] }
            #expect(values.map { Double($0) } == [1], "\(layout)")
        }
    }

    @Test func `are values where the mapping says which`() throws {
        #expect(try counts("Unknown", ", values: {Unknown: 250}") == (2, 0))
        #expect(try counts("Unknown", ", values: {100: 100}") == (1, 1))
        #expect(try counts("Unknown", ", all_ones: value") == (0, 2))
    }

    @Test func `are those of a real database`() throws {
        guard let folder = Shipped.folder("../shared/formats/samples/opendbc") else { return }
        let file = folder.appending(path: "ford_lincoln_base_pt.dbc")
        let database = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let catalogue = try Shipped.catalogue()
        let text = Self.mapping(", unit: kPa").replacing(
            "name: P", with: "name: Tire_Press_LF_Data")
        let definition = try CANSources.load(text, catalogue: catalogue, database: database)
        let sources = try CompiledSources(definitions: [definition], catalogue: catalogue)
        var decoder = MessageDecoder(sources)
        for (bits, count) in [("00DC", 1), ("FFFC", 1), ("FFFD", 0), ("FFFE", 0), ("FFFF", 0)] {
            let decoded = try #require(
                try decoder.decode("x/CAR1", "3B5#\(bits)00DC00000000"))
            #expect(decoded.readings.count == count, "\(bits)")
            #expect(decoded.outcome.absent == (count == 0 ? 1 : 0), "\(bits)")
        }
    }
}
