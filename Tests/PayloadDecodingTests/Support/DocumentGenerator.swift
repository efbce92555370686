import PayloadDecoding
import VehicleSignals

/// Makes messages of all kinds: mostly right, sometimes wrong in every way that a payload can be.
struct DocumentGenerator {
    var numbers: SeededNumbers
    let paths: [String]
    let catalogue: SignalCatalogue

    init(seed: UInt64, catalogue: SignalCatalogue) {
        numbers = SeededNumbers(seed: seed)
        self.catalogue = catalogue
        paths =
            catalogue.definitions.map(\.path)
            + catalogue.definitions.flatMap { $0.spellings.map(\.path) }
    }

    mutating func message() -> (String, [UInt8]) {
        if numbers.chance(1, of: 3) { return shapes() }
        let (topic, text) =
            switch Int.random(in: 0..<6, using: &numbers) {
            case 0, 1: (numbers.chance(3, of: 4) ? "vss/CAR1/telemetry" : "vss4", native())
            case 2: (numbers.chance(1, of: 2) ? "fleet/data" : "fleet/CAR1/data", feed())
            case 3: ("skoda/CAR1/" + numbers.pick(["maintenance", "health", "charging"]), skoda())
            case 4:
                (
                    "telemetry/CAR1/v/"
                        + numbers.pick([
                            "Odometer", "Location", "TpmsHardWarnings", "DetailedChargeState",
                            "TpmsPressureFl", "VehicleName", "BatteryLevel",
                        ]), tesla()
                )
            default:
                (
                    "x/u/CAR1/metric/" + numbers.pick(["v/p/odometer", "v/b/soc", "v/none"]),
                    scalar()
                )
            }
        return (topic, Array(text.utf8))
    }

    /// A few bytes changed, left out, doubled or cut off.
    mutating func mutated(_ payload: [UInt8]) -> [UInt8] {
        var bytes = payload
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: 0..<bytes.count, using: &numbers)
            switch Int.random(in: 0..<7, using: &numbers) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            case 1: bytes[place] = numbers.pick(Array("{}[],:\"\\0-.eEtfn u".utf8))
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(bytes[place], at: place)
            case 4: bytes.removeLast(bytes.count - place)
            case 5: bytes.insert(contentsOf: Array("\\ud83d\\ude00".utf8), at: place)
            default: bytes.insert(numbers.pick([0xC3, 0xE2, 0xF0, 0x80, 0xED, 0xA9]), at: place)
            }
        }
        return bytes
    }

    mutating func space() -> String {
        numbers.chance(1, of: 6) ? numbers.pick([" ", "\n", "\t ", "\r\n"]) : ""
    }

    mutating func object(_ members: [(String, String)]) -> String {
        var list = members
        if numbers.chance(1, of: 3) { list.shuffle(using: &numbers) }
        if numbers.chance(1, of: 60), let member = list.last { list.append(member) }
        let text = list.map { key, value in
            space() + quoted(key) + space() + ":" + space() + value + space()
        }
        return "{" + text.joined(separator: ",") + space() + "}"
    }

    mutating func quoted(_ text: String) -> String {
        guard numbers.chance(1, of: 12) else { return "\"\(text)\"" }
        let escaped = text.unicodeScalars.map { scalar -> String in
            guard numbers.chance(1, of: 3), scalar.value < 0x80 else { return String(scalar) }
            let hex = String(scalar.value, radix: 16, uppercase: numbers.chance(1, of: 2))
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
        return "\"" + escaped.joined() + "\""
    }

    mutating func number() -> String {
        switch Int.random(in: 0..<12, using: &numbers) {
        case 0: return "\(Int.random(in: -300...300, using: &numbers))"
        case 1: return "\(Int64.random(in: .min ... .max, using: &numbers))"
        case 2: return "\(Double(bitPattern: UInt64.random(in: 0..<(2047 << 52), using: &numbers)))"
        case 3: return numbers.pick(["-0", "0", "-0.0", "1e400", "-1E400", "1e-400", "0e99999999"])
        case 4:
            return
                "\(Int.random(in: 0...99, using: &numbers))e"
                + "\(Int.random(in: -6...9, using: &numbers))"
        case 5: return "\(Int.random(in: 0...9999, using: &numbers)).000"
        case 6:
            return numbers.pick(["65535", "-1", "4294967295", "4294967296", "9007199254740993"])
        case 7:
            return
                "\(UInt64.random(in: 0 ... .max, using: &numbers))."
                + "\(UInt64.random(in: 0 ... .max, using: &numbers))"
        default: return "\(Double.random(in: -50...200_000, using: &numbers))"
        }
    }

    mutating func scalar() -> String {
        switch Int.random(in: 0..<14, using: &numbers) {
        case 0: return "true"
        case 1: return "false"
        case 2: return "null"
        case 3:
            return quoted(
                numbers.pick(["ON", "OFF", "off", "yes", "no", "INVALID", "-NA-", "1", "x"]))
        case 4: return quoted(number())
        case 5:
            return quoted(numbers.pick(["", "Grüße 😀", "a\\\"b", "Charging", "Unknown", "SNA"]))
        case 6:
            return "[" + space() + numbers.pick(["", "\"P0128\"", "\"P0128-00\",\"u1123\""]) + "]"
        case 7: return numbers.pick(["{}", "[]", "[1]", "{\"value\":1}", "[[[{}]]]", "[\"P0\"]"])
        default: return number()
        }
    }

    mutating func time() -> String {
        switch Int.random(in: 0..<40, using: &numbers) {
        case 0: return "null"
        case 1:
            return numbers.pick(["0", "1769594217", "\"2026-02-30T00:00:00Z\"", "\"now\"", "true"])
        case 2..<12:
            return "\(Int64.random(in: 946_684_800_000...4_102_444_800_000, using: &numbers))"
        default:
            let zone = numbers.pick(["Z", "+02:00", "-00:30", "z", ".5Z", ".123456789+01:00"])
            let day = Int.random(in: 10...28, using: &numbers)
            return quoted("2026-0\(Int.random(in: 1...9, using: &numbers))-\(day)T07:11:59" + zone)
        }
    }

    private mutating func signals() -> String {
        let count = Int.random(in: 0...8, using: &numbers)
        var members: [(String, String)] = []
        var used: Set<String> = []
        for _ in 0..<count {
            let path = numbers.chance(1, of: 10) ? "Vehicle.Unknown" : numbers.pick(paths)
            guard used.insert(path).inserted else { continue }
            var value = numbers.chance(24, of: 25) ? fitting(path) : scalar()
            if numbers.chance(1, of: 6) {
                value = object([("value", value), ("ts", time())])
            }
            members.append((path, value))
        }
        return object(members)
    }

    /// A value of the kind that the signal has.
    mutating func fitting(_ path: String) -> String {
        guard let definition = catalogue.id(of: path).map({ catalogue[$0] }) else {
            return number()
        }
        switch definition.datatype {
        case .boolean: return numbers.pick(["true", "false", "null"])
        case .string:
            return quoted(definition.allowed.isEmpty ? "4.2 é" : numbers.pick(definition.allowed))
        case .troubleCodes:
            return numbers.pick(["[]", "[\"P0128\"]", "[\"C1234\" , \"B0001-1F\"]"])
        default: return number()
        }
    }

    private mutating func native() -> String {
        var members: [(String, String)] = []
        if numbers.chance(4, of: 5) { members.append(("ts", time())) }
        if numbers.chance(1, of: 3) {
            members.append(
                (
                    "vss",
                    numbers.pick([
                        "\"4.2\"", "\"5.1\"", "6", "\"6.0\"", "\"4\"", "5", "\"6\"", "null", "4.0",
                        "5.1",
                        "\"5\"", "6.0", "7", "\"\"",
                    ])
                ))
        }
        if numbers.chance(1, of: 2) {
            let name =
                numbers.chance(39, of: 40)
                ? "\"CAR1\"" : numbers.pick(["\"CAR2\"", "null", "7", "\"\""])
            members.append(("vehicle", name))
        }
        if numbers.chance(1, of: 5) { members.append(("other", scalar())) }
        members.append(("signals", numbers.chance(59, of: 60) ? signals() : scalar()))
        let one = object(members)
        guard numbers.chance(1, of: 5) else { return space() + one + space() }
        return "[" + one + (numbers.chance(1, of: 2) ? "," + object(members) : "") + "]"
    }

    private mutating func feed() -> String {
        var data: [(String, String)] = [
            (
                "odometer",
                numbers.chance(1, of: 12)
                    ? scalar() : numbers.pick([number(), quoted(number()), "\"-NA-\""])
            ), ("serial", number()),
        ]
        if numbers.chance(1, of: 2) {
            let words = ["\"ON\"", "1", "2", "\"off\"", "\"INVALID\"", "\"x\""]
            data.append(("state", numbers.chance(1, of: 12) ? scalar() : numbers.pick(words)))
        }
        if numbers.chance(1, of: 2) {
            let words = ["\"yes\"", "\"no\"", "true", "1", "0", "\"maybe\""]
            data.append(("mil", numbers.chance(1, of: 12) ? scalar() : numbers.pick(words)))
        }
        if numbers.chance(1, of: 2) { data.append(("temperature", number())) }
        if numbers.chance(1, of: 2) { data.append(("codes", "[\"P0128\"]")) }
        if numbers.chance(1, of: 2) { data.append(("small", number())) }
        if numbers.chance(1, of: 2) {
            data.append(
                ("at", numbers.pick(["1770000000", "1770000000.25", "\"1770000000.999\"", time()])))
        }
        var members: [(String, String)] = [
            ("data", numbers.chance(9, of: 10) ? object(data) : scalar())
        ]
        if numbers.chance(4, of: 5) { members.append(("car", object([("id", "\"CAR1\"")]))) }
        if numbers.chance(1, of: 2) { members.append(("sent", time())) }
        if numbers.chance(1, of: 2) { members.append(("software", quoted("2026.2 é"))) }
        return object(members)
    }

    private mutating func skoda() -> String {
        let report = object([
            ("capturedAt", time()), ("mileageInKm", number()), ("inspectionDueInDays", number()),
            ("oilServiceDueInKm", number()),
        ])
        let battery = object([("stateOfChargeInPercent", number()), ("cells", "[1,[2,{}]]")])
        return object([
            ("maintenanceReport", numbers.chance(5, of: 6) ? report : "null"),
            ("capturedAt", time()), ("mileageInKm", number()),
            ("status", object([("battery", battery), ("state", "\"CHARGING\"")])),
        ])
    }

    private mutating func tesla() -> String {
        switch Int.random(in: 0..<5, using: &numbers) {
        case 0: object([("latitude", number()), ("longitude", number())])
        case 1: wheels()
        case 2: quoted(numbers.pick(["Charging", "DetailedChargeStateNoPower", "Huh"]))
        default: scalar()
        }
    }

    /// Wheels in any spelling, now and then one twice, or a key that nobody knows.
    private mutating func wheels() -> String {
        var members: [(String, String)] = []
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
            let name = numbers.pick([
                "front_left", "frontLeft", "FrontLeft", "rear_right", "RearRight", "frontRight",
                "rear_left", "fl",
            ])
            members.append((name, numbers.pick(["true", "false", "null", "true"])))
        }
        return object(members)
    }
}
