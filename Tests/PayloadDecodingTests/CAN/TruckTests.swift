import PayloadDecoding
import Testing
import VehicleSignals

/// What trucks say by J1939 and what must not be made of it.
@Suite struct `trucks` {
    private static let topic = "can/T/any"
    private static let distance = "Vehicle.TraveledDistance"
    private static let faults = "Vehicle.Diagnostics.Ext.J1939FaultList"
    private static let emission = "Vehicle.Diagnostics.Ext.J1939EmissionFaultList"
    private static let service = "Vehicle.Service.DistanceToService"

    /// Signals and values of payloads, one after the other, without their times.
    private func said(_ payloads: [String], room: Int = 512) throws -> [[String]] {
        var decoder = MessageDecoder(try CANSources.make())
        decoder.readingRoom = room
        return try payloads.map { payload in
            let decoded = try #require(try decoder.decode(Self.topic, payload))
            return decoded.readings.map {
                decoder.line($0, decoded.texts).split(
                    separator: " ", omittingEmptySubsequences: false
                ).prefix(2).joined(separator: " ")
            }
        }
    }

    @Test func `whose fine distance is not available keep the coarse one`() throws {
        let coarse = "18FEE017#E8030000E8030000"
        let whole = ["Vehicle.TripMeterReading 125000", "\(Self.distance) 125000"]
        #expect(try said(["18FEC117#FFFFFFFFFFFFFFFF", coarse]) == [[], whole])
        // Only the trip is there: the coarse distance is the only one.
        #expect(try said(["18FEC117#FFFFFFFF64000000", coarse])[1] == whole)
        #expect(try said(["18FEC117#40420F00FFFFFFFF", coarse])[1] == [])
        // The tachograph's distance is the truck's, but not that of another bus.
        #expect(try said(["18FEC1EE#40420F00FFFFFFFF", coarse])[1] == [])
        #expect(try said(["can1 18FEC1EE#40420F00FFFFFFFF", "can0 \(coarse)"])[1] == whole)
    }

    @Test func `whose fine distance is silent for long have the coarse one again`() throws {
        let coarse = "18FEE017#E8030000E8030000"
        let lines = try said([
            "(1700000000) can0 18FEC117#40420F00FFFFFFFF", "(1700003000) can0 \(coarse)",
            "(1700003100) can0 18FEC117#41420F00FFFFFFFF", "(1700006000) can0 \(coarse)",
            "(1700007000) can0 \(coarse)",
        ])
        #expect(lines.map(\.count) == [1, 0, 1, 0, 2])
    }

    @Test func `whose faults cannot be read are not without faults`() throws {
        let none = "18FECA0B#00FF00000000FFFF"
        let unreadable = "18FECA00#04FF6100138AFFFF"
        let off = "Vehicle.Diagnostics.Ext.IsMILOn false"
        #expect(try said([unreadable]) == [[off]])
        // Another unit has none: that says nothing of the first one.
        #expect(try said([unreadable, none]) == [[off], [off]])
        #expect(try said(["18FED400#04FF6100138AFFFF"]) == [[off]])
        // What is known is said.
        #expect(
            try said([unreadable, "18FECA0B#00FF61021305FFFF"])[1] == [
                off, "\(Self.faults) 609-19",
            ])
        // Its next answer holds alone.
        #expect(
            try said([unreadable, "18FECA00#00FF00000000FFFF"])[1] == [off, "\(Self.faults) "])
        var decoder = MessageDecoder(try CANSources.make())
        #expect(try decoder.decode(Self.topic, unreadable)?.outcome.unknownSignals == 1)
        // Noughts and ones are no fault, whatever the bits beside the number are.
        for word in ["00000080", "FFFFFFFF", "FFFFFF7F", "00000005"] {
            #expect(
                try said(["18FECA00#04FF\(word)FFFF"]) == [[off, "\(Self.faults) "]], "\(word)")
        }
    }

    @Test func `are due with the component that is due first`() throws {
        let brakes = "18FEC017#010080FFFFFFFFFF"
        let oil = "18FEC017#02A57DFFFFFFFFFF"
        #expect(
            try said([brakes, oil, brakes, "18FEC017#028180FFFFFFFFFF"]).flatMap(\.self) == [
                "\(Self.service) 3205.0", "\(Self.service) 190.0", "\(Self.service) 190.0",
                "\(Self.service) 3205.0",
            ])
        // Weeks by the component of their own.
        #expect(
            try said(["18FEC017#FFFFFF0182FFFFFF", "18FEC017#FFFFFF027FFFFFFF"]).flatMap(\.self)
                == [
                    "Vehicle.Service.TimeToService 3024000",
                    "Vehicle.Service.TimeToService 1209600",
                ])
        // "Not available" says nothing; a component that is never heard of again does not count.
        let late = try said([
            "(1700000000) can0 \(oil)", "(1700000001) can0 18FEC017#02FFFFFFFFFFFFFF",
            "(1702000000) can0 \(brakes)", "(1702700000) can0 \(brakes)",
        ])
        #expect(
            late == [
                ["\(Self.service) 190.0"], [], ["\(Self.service) 190.0"],
                ["\(Self.service) 3205.0"],
            ])
        // Nor after half a year.
        let spring = try said(["(1700000000) can0 \(oil)", "(1714000000) can0 \(brakes)"])
        #expect(spring[1] == ["\(Self.service) 3205.0"])
    }

    @Test func `with many components do not crowd out faults`() throws {
        var payloads = (0..<255).map { component in
            let byte = String(component + 256, radix: 16).uppercased().suffix(2)
            return "18FEC017#\(byte)A57DFF\(byte)82FFFF"
        }
        payloads.append("18FECA00#00FF61021305FFFF")
        #expect(try said(payloads).last?.last == "\(Self.faults) 609-19")
    }

    @Test func `that say the same every second say it once a payload`() throws {
        let active = "18FECA00#40FF61021301FFFF"
        let answer = "7E8#0443010143"
        let monitor = "7E8#06410182076500"
        let codes = "18DAF110#0759020F01431108"
        let once = try said([active, answer, monitor, codes])
        let lines = Array(repeating: [active, answer, monitor, codes], count: 2_100)
            .flatMap(\.self).joined(separator: "\n")
        let found = try said([lines, active], room: 64)
        #expect(found[0] == once.flatMap(\.self))
        // The next payload says it anew: it holds at another time.
        #expect(found[1] == once[0])
        // A change is said when it comes.
        #expect(
            try said(["\(active)\n\(active)\n18FECA00#00FF00000000FFFF\n\(active)"])[0].filter {
                $0.hasPrefix(Self.faults)
            } == ["\(Self.faults) 609-19", "\(Self.faults) ", "\(Self.faults) 609-19"])
    }
}
