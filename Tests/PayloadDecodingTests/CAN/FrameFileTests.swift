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
