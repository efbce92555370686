import VehicleSignals

// Messages for ``ShapeSources``.

extension DocumentGenerator {
    mutating func shapes() -> (String, [UInt8]) {
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0, 1, 2: ("shapes/CAR1", Array(shapedDocument().utf8))
        case 6: ("alarm/CAR1/" + numbers.pick(Self.alarms), Array(alarm().utf8))
        case 7:
            ("alarms/CAR1/" + numbers.pick(Self.alarms), Array(list(0...3) { $0.alarm() }.utf8))
        case 3:
            (
                "shape/CAR1_" + numbers.pick(["odometer", "soc", "none"]) + "/state",
                Array(
                    numbers.pick([
                        measured(), object([("val", scalar())]),
                        object([("at", date()), ("data", object([("value", number())]))]),
                    ]).utf8)
            )
        default: bare()
        }
    }

    private mutating func bare() -> (String, [UInt8]) {
        let field = numbers.pick([
            "v/odometer", "mil", "v/t", "software", "state", "due", "service", "codes", "serial",
            "voltage", "none",
        ])
        let topic = numbers.chance(1, of: 12) ? "state/xCAR1y" : "bare/CAR1/" + field
        let text: String
        switch field {
        case "v/t": text = (0..<4).map { _ in number() }.joined(separator: ",")
        case "due": text = numbers.pick([String(date().dropFirst().dropLast()), number()])
        case "service": text = quantity()
        case "codes":
            text = numbers.pick(["P0128,U1123-00", "P0128 , x;C1234", ";", "P0128", "none at all"])
        case "serial":
            text = numbers.pick(["0xFF", "9D80", "FFFFFFFFFFFFFFFF", "8000000000000000"])
        case "mil", "state":
            text = numbers.pick(["yes", "on", "true", "drive", "LOCK", "huh", "1"])
        default:
            text = numbers.pick([
                number(), number(), "nan", "Grüße 😀", "", " 7 ", "é\u{1}", "nonesuch", "none",
            ])
        }
        return (topic, Array((numbers.chance(1, of: 8) ? " \(text)\n" : text).utf8))
    }

    private static let alarms = ["FAULT_1", "FAULT_9", "é", "ON"]

    private mutating func alarm() -> String {
        var members: [(String, String)] = []
        let words = ["\"service\"", "\"driver\"", "1", "\"2\"", "true", "null", "[]", "{}"]
        for (key, odds) in [("for", 8), ("not", 2)] where numbers.chance(odds, of: 9) {
            members.append(
                (
                    key,
                    numbers.chance(1, of: 2)
                        ? numbers.pick(words) : list(0...3) { $0.numbers.pick(words) }
                ))
        }
        for key in ["begun", "over", "state", "sent", "due"] where numbers.chance(1, of: 2) {
            members.append(
                (key, numbers.pick(["1770000000", "1770000100.5", "null", "\"\"", "1770000000"])))
        }
        if numbers.chance(1, of: 4) {
            members.append(("codes", numbers.pick(["[]", "[\"P0128\"]"])))
        }
        if numbers.chance(1, of: 4) {
            members.append(("more", numbers.pick(["[]", "[\"U1123\"]"])))
        }
        if numbers.chance(1, of: 3) {
            members.append(("car", numbers.pick(["\"CAR1\"", "null", "\"CAR2\""])))
        }
        return numbers.chance(1, of: 40) ? scalar() : object(members)
    }

    private mutating func spelt() -> String {
        numbers.pick([
            "\"53414C\"", "\"3200\"", "\"0\"", "\"FFFF\"", "\"0000\"", "\"5\"", "\"zz\"", "\"4a\"",
            "null",
            "\"\"",
            "\"-NA-\"", "\"-None\"", "\" 41 \"", "7",
        ])
    }

    private mutating func quantity() -> String {
        number() + numbers.pick(["", " ", "  "])
            + numbers.pick(["months", "Days", "month", "", "km", "s", "furlongs", "e"])
    }

    private mutating func date() -> String {
        let day = Int.random(in: 10...30, using: &numbers)
        let text = numbers.pick([
            "2026-02-\(day)", "2026-03-\(day) 07:11", "2026-03-\(day)T07:11:59.25",
            "2026-03-\(day) 10:16:05 AWST", "2026-03-\(day)T07:11:00+0100", "2026-03-\(day) 7:11",
            "\(day).12.2026 10:00 UTC", "12/\(day)/2026 10:00 UTC", "2026-03-\(day)T07:11:00 +01",
            "2026-03-\(day)T07:11:00Z",
        ])
        return "\"\(text)\""
    }

    private mutating func measured() -> String {
        var inner: [(String, String)] = []
        if numbers.chance(19, of: 20) {
            inner.append(("value", numbers.chance(1, of: 15) ? scalar() : number()))
        }
        if numbers.chance(3, of: 4) {
            let word = numbers.pick([
                "kilometers", "MILES", "mi", "kPa", "bars", "Celsius", "fahrenheit", "", "N/A",
                "furlongs",
                "ratio", "percent",
            ])
            inner.append(("unit", numbers.chance(1, of: 12) ? scalar() : quoted(word)))
        }
        var members: [(String, String)] = [
            ("data", numbers.chance(1, of: 25) ? scalar() : object(inner))
        ]
        if numbers.chance(1, of: 2) { members.append(("timestamp", time())) }
        return object(members)
    }

    private mutating func list(_ count: ClosedRange<Int>, _ make: (inout Self) -> String) -> String
    {
        guard numbers.chance(11, of: 12) else { return make(&self) }
        let items = (0..<Int.random(in: count, using: &numbers)).map { _ in make(&self) }
        return "[" + items.joined(separator: ",") + "]"
    }

    private mutating func point(_ time: String, named: Bool) -> String {
        let path = numbers.pick(paths)
        var members: [(String, String)] = []
        if named {
            let slashed = numbers.chance(1, of: 4) ? path.replacing(".", with: "/") : path
            members.append(("path", quoted(numbers.chance(1, of: 9) ? "Vehicle.Huh" : slashed)))
        }
        members.append(("value", numbers.chance(1, of: 3) ? quoted(number()) : fitting(path)))
        if numbers.chance(3, of: 4) { members.append(("ts", time)) }
        return object(members)
    }

    private mutating func series() -> String {
        let points = list(0...3) { $0.point($0.date(), named: false) }
        let path = numbers.pick(paths)
        var members = [("dp", numbers.chance(1, of: 12) ? scalar() : points)]
        if numbers.chance(9, of: 10) { members.append(("path", quoted(path))) }
        return object(members)
    }

    private mutating func code() -> String {
        var members: [(String, String)] = [
            (
                "id",
                numbers.chance(1, of: 8)
                    ? numbers.pick([
                        "[\"P0128\",\"x\"]", #""[\"P0128\",\"U1123\"]""#, #""[]""#, #""\n""#,
                        #""[\"\u00500300\" , \"x\"]""#, "\"[ ]\"", #""\"\"""#,
                    ])
                    : quoted(
                        numbers.pick(["P0128", "C1116FA", "U1123-00", "4711", "", "P0300,P0301"]))
            )
        ]
        if numbers.chance(2, of: 3) {
            members.append(("status", numbers.pick(["\"ACTIVE\"", "\"PENDING\"", "1", "null"])))
        }
        if numbers.chance(1, of: 2) {
            members.append(("seen", numbers.pick(["1770000000", "1770000100.5"])))
        }
        return object(members)
    }

    private mutating func uds() -> String {
        let inner =
            #"{\"found\":[{\"codes\":[{\"DTC\":\"AAA123\"},{\"DTC\":\"012800\"}],\"x\":1}]}"#
        let value = numbers.pick([
            "\"\(inner)\"", "\"{}\"", "\"{\"", "\"\"", "null", "7", #""{\"found\":[]}""#,
            #""{\"found\":[{\"codes\":[{\"DTC\":\"zz\"},{\"DTC\":\"000000\"}]}]}""#,
        ])
        return object([("value", value)])
    }

    private mutating func shapedDocument() -> String {
        let data = objects() + values()
        var members: [(String, String)] =
            numbers.chance(1, of: 6)
            ? data : [("data", numbers.chance(1, of: 30) ? scalar() : object(data))]
        if numbers.chance(1, of: 2) {
            members.append(("vin", numbers.pick(["\"CAR1\"", "null", "\"CAR1\""])))
        }
        if numbers.chance(2, of: 3) { members.append(("timestamp", time())) }
        return object(members)
    }

    private mutating func objects() -> [(String, String)] {
        var data: [(String, String)] = []
        func some(_ key: String, _ make: (inout Self) -> String) {
            if numbers.chance(1, of: 4) { data.append((key, make(&self))) }
        }
        some("odometer") { $0.list(0...3) { $0.measured() } }
        for key in ["range", "fuel", "temperature"] { some(key) { $0.measured() } }
        some("tyres") {
            $0.list(0...4) { one in
                one.object([
                    (
                        "place",
                        one.numbers.pick([
                            "\"front_left\"", "1", "\"rear_left\"", "\"spare\"", "null",
                        ])
                    ),
                    ("valid", one.numbers.pick(["0", "1", "\"no\"", "false", "true", "null"])),
                    ("data", one.object([("value", one.number()), ("unit", "\"kPa\"")])),
                ])
            }
        }
        some("points") { $0.list(0...3) { $0.point($0.date(), named: true) } }
        some("signals") { one in
            one.object([
                (one.numbers.pick(one.paths), one.list(0...2) { $0.point($0.date(), named: false) })
            ])
        }
        some("series") { $0.list(0...3) { $0.series() } }
        some("typed") {
            $0.list(0...3) { one in
                one.object([
                    ("key", one.numbers.pick(["\"speed\"", "\"soc\"", "\"other\""])),
                    (
                        "v",
                        one.object([(one.numbers.pick(["float", "text", "huh"]), one.number())])
                    ),
                    ("at", one.numbers.pick(["1770000000000", "null", "1770000000001"])),
                ])
            }
        }
        return data
    }

    private mutating func values() -> [(String, String)] {
        var data: [(String, String)] = []
        func some(_ key: String, _ make: (inout Self) -> String) {
            if numbers.chance(1, of: 4) { data.append((key, make(&self))) }
        }
        some("codes") { $0.list(0...3) { $0.code() } }
        some("uds") { $0.list(0...2) { $0.uds() } }
        some("due") { $0.date() }
        some("legal") { one in one.object([("value", one.date()), ("ts", one.date())]) }
        some("list") { $0.list(0...4) { $0.number() } }
        some("hex") { one in
            one.object([
                (
                    "a",
                    one.numbers.pick([
                        "\"9D80\"", "\"FFFF\"", "\"0x10000\"", "\"xyz\"", "17", "\"\"",
                    ])
                ),
                ("b", one.numbers.pick(["\"F6\"", "\"ff\"", "\"7F\"", "\"-NA-\"", "null"])),
            ])
        }
        some("place") {
            $0.numbers.pick(["\"55.66,12.58\"", "\"1\"", "\" 1 , 2 \"", "7", "\"a,b\"", "\",\""])
        }
        some("service") { "\"\($0.quantity())\"" }
        some("spot") { one in
            let (north, east) = (one.number(), one.number())
            return one.numbers.pick([
                "\"(37.412374 N, 122.145867 W)\"", "\"(\(north) S, \(east)e)\"",
                "\"\(north),\(east)\"",
                "\"( 1N , 2 E )\"", "\"(,)\"", "7", "\"-1 S,( 5 x)\"", "\"1e,2E1W\"",
                "\"(\(north) E, \(east) S)\"",
            ])
        }
        some("spelt") { $0.spelt() }
        for key in ["name", "called"] {
            some(key) { one in
                one.object([
                    ("a", one.spelt()),
                    ("b", one.object([(one.numbers.pick(["c", "c", "d"]), one.spelt())])),
                    ("at", one.numbers.pick(["1770000000", "null"])),
                ])
            }
        }
        some("mil") { $0.numbers.pick(["\"yes\"", "true", "\"no\"", "\"maybe\"", "null"]) }
        return data
    }
}
