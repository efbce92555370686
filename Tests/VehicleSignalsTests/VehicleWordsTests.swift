import Testing
import VehicleSignals

@Suite struct VINTests {
    @Test(arguments: ["1M8GDM9AXKP042788", "1HGCM82633A004352", "LJCPCBLCX11000237"])
    func `numbers with a right check digit are taken`(text: String) throws {
        let vin = try VIN(text)
        #expect(vin.text == text)
        #expect(vin.hasValidCheckDigit)
    }

    @Test func `a European number without a check digit is taken, and it is told`() throws {
        let vin = try VIN("WVWZZZ1JZXW000001")
        #expect(!vin.hasValidCheckDigit)
    }

    @Test(
        arguments: [
            ("1M8GDM9A1KP042788", "X", "1"), ("1HGCM82643A004352", "3", "4"),
            ("LJCPCBLC011000237", "X", "0"),
        ] as [(String, Character, Character)])
    func `a wrong check digit is refused where it is mandatory`(
        text: String, expected: Character, found: Character
    ) {
        #expect(throws: VIN.Flaw.checkDigit(expected: expected, found: found)) { try VIN(text) }
    }

    @Test func `every single wrong character of a North American number is noticed`() throws {
        let right = Array("1HGCM82633A004352")
        for place in right.indices where place != 8 {
            var wrong = right
            wrong[place] = right[place] == "5" ? "6" : "5"
            #expect(throws: VIN.Flaw.self, "place \(place)") { try VIN(String(wrong)) }
        }
    }

    @Test func `blanks around are cut and small letters raised`() throws {
        #expect(try VIN(" \t1m8gdm9axkp042788 ").text == "1M8GDM9AXKP042788")
    }

    @Test(
        arguments: [
            ("", VIN.Flaw.length(0)), ("1M8GDM9AXKP04278", .length(16)),
            ("1M8GDM9AXKP0427889", .length(18)), ("1M8 GDM9AXKP042788", .length(18)),
            ("WVWZZZ1JZXW00000I", .character("I", place: 17)),
            ("OVWZZZ1JZXW000001", .character("O", place: 1)),
            ("WVWQZZ1JZXW000001", .character("Q", place: 4)),
            ("WVW ZZ1JZXW000001", .character(" ", place: 4)),
            ("WVWÄZZ1JZXW000001", .character("Ä", place: 4)),
            ("WVW*************", .length(16)), ("WVW**************", .character("*", place: 4)),
        ] as [(String, VIN.Flaw)])
    func `what is no number is refused with its flaw`(text: String, flaw: VIN.Flaw) {
        #expect(throws: flaw) { try VIN(text) }
    }
}

@Suite struct TroubleCodeTests {
    @Test(
        arguments: [
            ("P0128", "P0128", 0x0128), ("p0128", "P0128", 0x0128), ("C1A2F", "C1A2F", 0x5A2F),
            ("B2aBc", "B2ABC", 0xAABC), ("U3FFF", "U3FFF", 0xFFFF), ("P0000", "P0000", 0),
            ("U1123-08", "U1123-08", 0xD123 | 0x08 << 16 | 1 << 24),
            ("U112308", "U1123-08", 0xD123 | 0x08 << 16 | 1 << 24),
            ("P0128-00", "P0128-00", 0x0128 | 1 << 24), ("P0128-fF", "P0128-FF", 0x01FF_0128),
        ] as [(String, String, UInt32)])
    func `codes are read and written`(text: String, written: String, packed: UInt32) {
        let code = TroubleCode(text)
        #expect(code?.packed == packed)
        #expect(code?.text == written)
    }

    @Test(arguments: [
        "", "P", "P012", "X0128", "P4128", "P012G", "P01280", "P0128-0", "P0128-000", "P0128_00",
        "P0128-G0", "00128", "P0128 ", " P0128", "P-0128", "PÄ128",
    ])
    func `what is no code is refused`(text: String) {
        #expect(TroubleCode(text) == nil)
    }

    @Test func `every two-byte code comes back from its text`() {
        for code in UInt16.min...UInt16.max {
            let made = TroubleCode(code: code)
            if TroubleCode(made.text) != made { Issue.record("\(made.text)") }
        }
        for failure in UInt8.min...UInt8.max {
            let made = TroubleCode(code: 0x4321, failureType: failure)
            #expect(TroubleCode(made.text) == made)
        }
    }
}

@Suite struct CatalogueAndReadingTests {
    @Test func `signals get dense numbers and are found by path`() throws {
        let paths = ["Vehicle.Speed", "Vehicle.TraveledDistance", "Vehicle.IsMoving"]
        let catalogue = try SignalCatalogue(
            paths.map { SignalDefinition(path: $0, datatype: .float) })
        #expect(catalogue.count == 3)
        for (index, path) in paths.enumerated() {
            let id = try #require(catalogue.id(of: path))
            #expect(id == SignalID(UInt16(index)))
            #expect(catalogue[id].path == path)
        }
        #expect(catalogue.id(of: "Vehicle.Nothing") == nil)
    }

    @Test func `a path given twice is refused`() {
        let twice = SignalDefinition(path: "Vehicle.Speed", datatype: .float)
        #expect(throws: SignalCatalogue.Flaw.twice(path: "Vehicle.Speed")) {
            try SignalCatalogue([twice, twice])
        }
    }

    @Test func `the fingerprint follows the order of paths and nothing else`() throws {
        func fingerprint(_ paths: [String], unit: String) throws -> UInt64 {
            let unit = try #require(Unit(named: unit))
            return try SignalCatalogue(
                paths.map { SignalDefinition(path: $0, datatype: .float, unit: unit) }
            ).fingerprint
        }
        let one = try fingerprint(["A", "B"], unit: "km")
        #expect(try fingerprint(["A", "B"], unit: "m") == one)
        #expect(try fingerprint(["B", "A"], unit: "km") != one)
        #expect(try fingerprint(["AB"], unit: "km") != one)
    }

    @Test func `a reading tells its number in every kind`() {
        func reading(_ kind: ValueKind, _ bits: UInt64) -> Reading {
            Reading(
                signal: SignalID(1), time: Timestamp(seconds: 1), timeQuality: .event,
                isRetained: false, kind: kind, bits: bits)
        }
        #expect(reading(.double, 12.5.bitPattern).number == 12.5)
        #expect(reading(.double, 12.5.bitPattern).wholeNumber == 13)
        #expect(reading(.double, (-12.5).bitPattern).wholeNumber == -13)
        #expect(reading(.double, 1e300.bitPattern).wholeNumber == nil)
        #expect(reading(.double, Double.nan.bitPattern).wholeNumber == nil)
        #expect(reading(.integer, UInt64(bitPattern: -7)).wholeNumber == -7)
        #expect(reading(.integer, UInt64(bitPattern: -7)).number == -7)
        #expect(reading(.boolean, 1).number == 1)
        for kind in [ValueKind.allowed, .text, .troubleCode, .listCount] {
            #expect(reading(kind, 3).number == nil && reading(kind, 3).wholeNumber == nil)
        }
        #expect(MemoryLayout<Reading>.stride == 24)
    }

    @Test func `gates and keys have their words`() {
        for gate in TelemetryGate.allCases { #expect(TelemetryGate(word: gate.word) == gate) }
        #expect(TelemetryGate(word: "serviceOnly") == nil)
        #expect(VehicleKey.firstUnlinked.isUnlinked)
        #expect(!VehicleKey(0x7FFF_FFFF).isUnlinked && !VehicleKey.unknown.isUnlinked)
        #expect(JournalPosition.start < JournalPosition(1))
    }

    @Test func `integer datatypes know their range`() {
        #expect(SignalDefinition.Datatype.uint8.integerRange == 0...255)
        #expect(SignalDefinition.Datatype.int16.integerRange == -32_768...32_767)
        #expect(SignalDefinition.Datatype.uint64.integerRange == 0...Int64.max)
        for type in SignalDefinition.Datatype.allCases {
            #expect((type.integerRange != nil) == type.isInteger)
        }
    }
}
