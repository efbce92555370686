import VehicleSignals

/// The members of Tesla's `Value`.
enum TeslaValue {
    static let invalid: UInt32 = 10

    /// How a member is written; `nil` for a number that is no member, which is stepped over.
    @inline(always)
    static func wireType(of member: UInt32) -> WireType? {
        switch member {
        case 4: .fixed32
        case 5: .fixed64
        case 1, 7, 21, 31, 39: .lengthDelimited
        case 20: nil
        case 2...54: .varint
        default: nil
        }
    }
}

extension CompiledSources {
    /// A message in a value: its parts one by one, then what is meant by those that are not there.
    func decodeTeslaObject(
        _ block: Int, isLocation: Bool, _ bytes: RawSpan, from start: Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        var at = start
        var places = InlineArray<11, Int>(repeating: -1)
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            if tag.field < UInt32(TeslaObject.partsMax),
                tag.type == (isLocation ? .fixed64 : .varint)
            {
                places[Int(tag.field)] = at
            }
            try wireSkip(tag.type, bytes, &at, end: end)
        }
        for part in 1...TeslaObject.partCount(isLocation: isLocation) {
            let run = protobuf.teslaObjects[block + part]
            for index in run.start..<(run.start + run.count) {
                let rule = documentRules[Int(index)]
                var place = places[part]
                if place < 0 {
                    // proto3 leaves out a false and a 0, and who wrote the mapping knows which.
                    guard rule.missing >= 0 else { continue }
                    try appendWord(
                        rule.rule, rule.missing, slot: 0, at: start, &work, &readings)
                } else if isLocation {
                    let value = Double(bitPattern: try wireFixed64(bytes, &place, end: end))
                    try takeDouble(rule.rule, value, slot: 0, at: places[part], &work, &readings)
                } else {
                    let word = try wireVarint(bytes, &place, end: end)
                    try takeTeslaPart(rule.rule, word, at: places[part], &work, &readings)
                }
            }
        }
    }

    /// A truth where the signal is one, else a number.
    private func takeTeslaPart(
        _ rule: ValueRule, _ word: UInt64, at start: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if rule.kind == .boolean {
            try takeBoolean(rule, word != 0, slot: 0, at: start, &work, &readings)
        } else {
            let value = Int64(Int32(truncatingIfNeeded: word))
            try takeInteger(rule, value, slot: 0, at: start, &work, &readings)
        }
    }
}
