import PayloadDecoding
import VehicleSignals

// Tesla's `Payload` the obvious way: each value becomes the JSON that the server's MQTT dispatcher
// would publish for it, and is then read as such. Only the names that the tests use are known here.

extension PlainDecoder {
    static let teslaFields = [
        4: "VehicleSpeed", 5: "Odometer", 8: "Soc", 10: "Gear", 21: "Location",
        35: "DCChargingPower",
        40: "EstBatteryRange", 42: "BatteryLevel", 69: "TpmsPressureFl", 70: "TpmsPressureFr",
        71: "TpmsPressureRl", 72: "TpmsPressureRr", 86: "OutsideTemp", 158: "EnergyRemaining",
        179: "DetailedChargeState", 224: "TpmsHardWarnings", 258: "MilesSinceReset",
    ]
    private static let chargeStates = [
        "Unknown", "Disconnected", "NoPower", "Starting", "Charging", "Complete", "Stopped",
    ].map { "DetailedChargeState" + $0 }
    private static let gears = ["Unknown", "Invalid", "P", "R", "N", "D", "SNA"].map {
        "ShiftState" + $0
    }
    /// How many values the enumeration of each member from 8 on has.
    private static let enumerations = [
        7, 7, 0, 4, 4, 7, 4, 11, 4, 7, 5, 5, 0, 0, 6, 3, 4, 6, 7, 8, 5, 19, 8, 0, 7, 3, 4, 4, 5,
        5, 5, 0, 9, 6, 5, 5, 4, 7, 8, 11, 3, 3, 3, 3, 5, 4, 4,
    ]
    private static let tyres = ["front_left", "front_right", "rear_left", "rear_right"]

    mutating func tesla(
        _ payload: [UInt8], _ mapping: DocumentMapping, _ match: PlainTopics.Match
    ) throws(DecodeError) {
        let fields = try PlainWire.fields(payload, 0..<payload.count)
        var time: Int64?
        for range in fields.all(2) {
            time = try timestamp(payload, range)
        }
        try wireIdentity(fields.all(3), payload, match)
        for range in fields.all(1) {
            let datum = try PlainWire.fields(payload, range)
            guard let name = Self.teslaFields[Int(clamping: datum.varint(1) ?? 0)] else {
                out.outcome.unknownSignals += 1
                continue
            }
            let here = mapping.fields.filter { $0.path[0] == .key(name) }
            guard !here.isEmpty else {
                out.outcome.unknownSignals += 1
                continue
            }
            guard let value = datum.bytes(2) else {
                out.outcome.absent += 1
                continue
            }
            try teslaValue(payload, value, here, time)
        }
    }

    func timestamp(_ payload: [UInt8], _ range: Range<Int>) throws(DecodeError) -> Int64 {
        let parts = try PlainWire.fields(payload, range)
        let seconds = Int64(bitPattern: parts.varint(1) ?? 0)
        let nanoseconds = Int64(bitPattern: parts.varint(2) ?? 0)
        guard seconds >= 946_684_800, seconds <= 4_102_444_800, nanoseconds >= 0,
            nanoseconds < 1_000_000_000
        else { throw DecodeError(.badTime, at: range.lowerBound) }
        return seconds * 1000 + nanoseconds / 1_000_000
    }

    func wireIdentity(
        _ names: [Range<Int>], _ payload: [UInt8], _ match: PlainTopics.Match
    ) throws(DecodeError) {
        var found: String? = match.vehicle
        for range in names where !range.isEmpty {
            guard range.count <= 128 else { throw DecodeError(.badIdentity, at: range.lowerBound) }
            guard let name = String(validating: payload[range], as: UTF8.self) else {
                throw DecodeError(.invalidUTF8, at: range.lowerBound)
            }
            if let found, found != name {
                throw DecodeError(.identityDisagrees, at: range.lowerBound)
            }
            found = name
        }
        if found == nil { throw DecodeError(.identityMissing, at: 0) }
    }

    private mutating func teslaValue(
        _ payload: [UInt8], _ range: Range<Int>, _ fields: [FieldMapping], _ time: Int64?
    ) throws(DecodeError) {
        let known = try PlainWire.fields(payload, range).filter(Self.isMember)
        guard let member = known.last, member.number != 10 else {
            out.outcome.absent += 1
            return
        }
        if case .bytes(let object) = member.value, member.number != 1 {
            let parts = fields.filter { $0.path.count == 2 }
            guard !parts.isEmpty else {
                out.outcome.outOfRange += 1
                return
            }
            return try teslaObject(payload, object, member.number, parts, time)
        }
        let whole = fields.filter { $0.path.count == 1 }
        guard !whole.isEmpty else {
            out.outcome.outOfRange += 1
            return
        }
        guard let node = Self.node(payload, member) else {
            out.outcome.outOfRange += UInt32(whole.count)
            return
        }
        for field in whole {
            guard let signal = catalogue.id(of: field.signal) else { continue }
            do throws(DecodeError) {
                if field.format != .plain || field.part != nil, member.number != 1 {
                    throw DecodeError(.wrongType, at: member.at)
                }
                try formatted(
                    node, field, signal, time: time, quality: .event, own: nil, gathers: false)
            } catch {
                guard error.reason == .wrongType else { throw error }
                out.outcome.outOfRange += 1
            }
        }
    }

    private static func isMember(_ field: PlainField) -> Bool {
        switch (field.number, field.value) {
        case (1, .bytes), (7, .bytes), (21, .bytes), (31, .bytes), (39, .bytes): true
        case (4, .fixed32), (5, .fixed64): true
        case (2, .varint), (3, .varint), (6, .varint): true
        case (8...54, .varint): ![20, 21, 31, 39].contains(field.number)
        default: false
        }
    }

    private static func node(_ payload: [UInt8], _ member: PlainField) -> PlainNode? {
        let value: PlainNode.Value
        switch member.value {
        case .bytes(let range):
            value = .text(String(decoding: payload[range], as: UTF8.self), hasEscapes: false)
        case .fixed32(let bits): value = number(Double(Float(bitPattern: bits)))
        case .fixed64(let bits): value = number(Double(bitPattern: bits))
        case .varint(let word):
            switch member.number {
            case 2: value = .number("\(Int32(truncatingIfNeeded: word))")
            case 3: value = .number("\(Int64(bitPattern: word))")
            case 6: value = .boolean(word != 0)
            default:
                let index = Int(Int32(truncatingIfNeeded: word))
                guard index >= 0, index < enumerations[member.number - 8] else { return nil }
                let name =
                    switch member.number {
                    case 9: gears[index]
                    case 32: chargeStates[index]
                    default: "of another kind"
                    }
                value = .text(name, hasEscapes: false)
            }
        }
        return PlainNode(start: member.at, end: member.at, value: value)
    }

    /// Numbers that JSON cannot say are absent.
    static func number(_ value: Double) -> PlainNode.Value {
        if let whole = Int64(exactly: value) { return .number("\(whole)") }
        return value.isFinite ? .number("\(value)") : .null
    }

    private mutating func teslaObject(
        _ payload: [UInt8], _ range: Range<Int>, _ member: Int, _ fields: [FieldMapping],
        _ time: Int64?
    ) throws(DecodeError) {
        let parts = try PlainWire.fields(payload, range)
        let names = member == 7 ? ["latitude", "longitude"] : member == 39 ? Self.tyres : []
        for (index, name) in names.enumerated() {
            for field in fields where field.path[1] == .key(name) {
                guard let signal = catalogue.id(of: field.signal) else { continue }
                let last = parts.last {
                    guard $0.number == index + 1 else { return false }
                    return switch $0.value {
                    case .fixed64: member == 7
                    case .varint: member == 39
                    default: false
                    }
                }
                guard let last else {
                    if let missing = field.missing {
                        add(missing, signal, time: time, quality: .event)
                    }
                    continue
                }
                let value: PlainNode.Value
                switch last.value {
                case .fixed64(let bits): value = Self.number(Double(bitPattern: bits))
                case .varint(let word): value = .boolean(word != 0)
                default: continue
                }
                try scalar(
                    PlainNode(start: last.at, end: last.at, value: value), field, signal,
                    time: time, quality: .event)
            }
        }
    }
}
