import ConfigurationFiles
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `a source file with frames` {
    /// The mistakes of `text`, as they are shown.
    private func mistakes(_ text: String, database: String = CANSources.database) throws -> String {
        do {
            _ = try CANSources.load(text, catalogue: Shipped.catalogue(), database: database)
            return ""
        } catch let error as ConfigurationMistakes {
            return error.description
        }
    }

    @Test func `without mistakes is taken`() throws {
        #expect(try mistakes(CANSources.source) == "")
        let definition = try CANSources.load(CANSources.source, catalogue: Shipped.catalogue())
        #expect(definition.subscriptions == ["wican/+/can/rx", "log/+", "plain/+"])
    }

    static let slips: [(right: String, wrong: String, line: Int, part: String)] = [
        ("bus: adapter, else", "bus: adaptr, else", 4, "did you mean adapter?"),
        ("else_mapping: modes", "else_mapping: mode", 4, "did you mean modes?"),
        ("carrier: wican", "carrier: wicn", 9, "did you mean wican?"),
        ("log/{vehicle}", "log/frames", 5, "write {vehicle} in the topic"),
        ("obd: true", "obdd: true", 10, "did you mean obd?"),
        ("- dbc: car.dbc", "- dbc: bus.dbc", 13, "cannot be read"),
        ("{name: Odometer", "{name: Odometr", 14, "did you mean Odometer?"),
        ("Vehicle.TraveledDistance}", "Vehicle.TravelledDistance}", 14, "did you mean Vehicle.Tr"),
        ("message: Extended", "message: Extendet", 26, "did you mean Extended?"),
        ("message: Extended, name", "message: Parts, name", 26, "Speed is in Extended, Other"),
        ("message: Extended, name", "message: Part, name", 26, "Speed is in Extended, Other"),
        ("message: Extended, name", "name", 26, "several messages have it: Extended, Other"),
        ("unit: celsius", "scale: 1", 22, "unit \"unheard\" is not known here"),
        ("unit: celsius", "unit: km", 22, "does not convert into celsius"),
        ("run: \"ON\"", "ran: \"ON\"", 24, "did you mean run?"),
        (
            "unit: celsius", "unit: \"\"", 22,
            "Outside has no unit, and Vehicle.Exterior.AirTemperature"
        ),
        ("2: ACC", "2: AC", 24, "write one of UNDEFINED"),
        ("invalid: [7]", "invalid: [x]", 29, "no whole number"),
        ("all_ones: value", "all_ones: valu", 30, "did you mean value?"),
        ("signal: Vehicle.Speed}", "signal: Vehicle.Diagnostics.DTCList}", 26, "is a list"),
        (
            "signal: Vehicle.Speed}", "signal: Vehicle.VehicleIdentification.VIN}", 26,
            "is a text"
        ),
    ]

    @Test(arguments: slips.indices)
    func `with a mistake says where it is and what was meant`(index: Int) throws {
        let slip = Self.slips[index]
        let text = CANSources.source
        let range = try #require(text.firstRange(of: slip.right))
        let wrong = text[..<range.lowerBound] + slip.wrong + text[range.upperBound...]
        let found = try mistakes(String(wrong))
        #expect(found.contains("x.yaml:\(slip.line):"), "\(found)")
        #expect(found.contains(slip.part), "\(found)")
    }

    @Test func `passes on what is wrong in the database, with its line`() throws {
        let found = try mistakes(CANSources.source, database: "BO_ 1 M: 8 X\n SG_ S 1")
        #expect(found.contains("car.dbc:2: \"1\" stands where : is meant"), "\(found)")
    }

    @Test func `says once what is wrong in a database of several buses`() throws {
        let found = try mistakes(CANSources.source, database: "BO_ 1 M: 8 X\n SG_ S 1")
        #expect(found.split(separator: "\n").count { $0.contains("stands where : is") } == 1)
    }

    /// The text with a signal's place in the database changed.
    private func changed(_ right: String, _ wrong: String) throws -> String {
        try mistakes(
            CANSources.source, database: CANSources.database.replacing(right, with: wrong))
    }

    @Test func `takes no signal that its message has no bytes for`() throws {
        let found = try changed("40|3@1+", "62|3@1+")
        let lines = found.split(separator: "\n")
        #expect(lines.count == 1)
        let part = "car.dbc:14: bit 64 of Key lies outside of the 8 bytes of Cluster"
        #expect(found.hasPrefix("x.yaml:24:") && found.contains(part), "\(found)")
        // Nobody maps Sub, but Ratio depends on it, not Range.
        let above = try changed("2|2@1+", "63|2@1+")
        let told = "bit 64 of Sub, on which Ratio depends, lies outside of the 8 bytes of Parts"
        #expect(above.hasPrefix("x.yaml:36:") && above.contains(told), "\(above)")
        #expect(above.split(separator: "\n").count == 1)
    }

    @Test func `goes on with a database in which another signal has no place`() throws {
        #expect(try changed("0|8@1+", "64|8@1+") == "")
    }

    @Test func `knows the database's units in other spellings, and its own wins`() throws {
        #expect(try changed("\"%\"", "\"Unit_PerCent\"") == "")
        #expect(try changed("\"unheard\"", "\"deg C\"") == "")
        let unstated = CANSources.source.replacing("unit: celsius", with: "scale: 1")
        #expect(try degrees("deg C", unstated) == 40)
        #expect(try degrees("DegF", unstated).rounded() == 4)
        #expect(try degrees("DegF", CANSources.source) == 40)
    }

    /// What 40 of the database's unit become.
    private func degrees(_ unit: String, _ text: String) throws -> Double {
        let catalogue = try Shipped.catalogue()
        let definition = try CANSources.load(
            text, catalogue: catalogue,
            database: CANSources.database.replacing("unheard", with: unit))
        var decoder = MessageDecoder(
            try CompiledSources(definitions: [definition], catalogue: catalogue))
        let lines = try decoder.lines("log/a", "(1700000000.0) can1 100#0000003200")
        let line = lines.first { $0.hasPrefix("Vehicle.Exterior.AirTemperature ") }
        let words = try #require(line).split(separator: " ")
        return try #require(Double(words[1]))
    }

    @Test func `says that a signal has no table of values`() throws {
        let found = try changed("VAL_ 256 Key", "VAL_ 2560 Key")
        #expect(
            found.contains("Key has no table of values in car.dbc — write the bits"), "\(found)")
    }

    @Test func `says of a value with a unit that the signal has none`() throws {
        let found = try mistakes(
            CANSources.source.replacing(
                "signal: Vehicle.Powertrain.FuelSystem.RelativeLevel",
                with: "signal: Vehicle.Diagnostics.DTCCount"))
        #expect(found.contains("Fuel is in percent, and Vehicle.Diagnostics.DTCCount has no unit"))
        #expect(!found.contains("no unit of"))
        let stated = CANSources.source.replacing(
            "signal: Vehicle.Powertrain.FuelSystem.RelativeLevel",
            with: "unit: \"\", signal: Vehicle.Diagnostics.DTCCount")
        #expect(try mistakes(stated) == "")
    }

    @Test func `takes nothing, or is used by nobody, is a mistake`() throws {
        let text = """
            source: x
            version: "1"
            topics: [{topic: "x/{vehicle}", form: can, bus: a}]
            buses:
              a: {carrier: candump}
              b: {obd: true}
            """
        let found = try mistakes(text)
        #expect(found.contains("nothing of the frames is taken"))
        #expect(found.contains("does not say how its frames are written"))
        #expect(found.contains("no topic uses the bus b"))
    }

    @Test func `that was made otherwise is checked again when it is compiled`() throws {
        let catalogue = try Shipped.catalogue()
        let database = CANDatabaseMapping(
            name: "x", database: DBCDatabase(messages: [DBCMessage(id: 1, name: "M")]),
            signals: [CANSignalMapping(name: "S", signal: "Vehicle.Speed")])
        let definition = SourceDefinition(
            name: "x", version: "1",
            topics: [
                TopicDefinition(
                    template: try TopicTemplate("x/{vehicle}"),
                    content: .can(CANMapping(carrier: .candump, databases: [database])))
            ])
        #expect(throws: MappingFlaw.self) {
            try CompiledSources(definitions: [definition], catalogue: catalogue)
        }
    }
}
