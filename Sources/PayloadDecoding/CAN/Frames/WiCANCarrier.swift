import VehicleSignals

// The adapter's raw mode:
//     {"bus":"0","type":"rx","ts":34610,"frame":[{"id":2024,"dlc":8,"rtr":false,"extd":false,
//      "data":[3,65,13,23,0,0,0,0]}]}
// `ts` is the adapter's uptime modulo a minute: no time. The same topic carries documents of its
// other modes, which have no `frame`.

/// Keys of a payload with frames and of one frame, as numbers in the table of names.
enum FrameKey: Int32 {
    case frames = 0
    case type = 1
    case id = 2
    case length = 3
    case isRemote = 4
    case isExtended = 5
    case data = 6
    case bus = 7

    static let words: [(String, FrameKey)] = [
        ("frame", .frames), ("type", .type), ("id", .id), ("dlc", .length), ("rtr", .isRemote),
        ("extd", .isExtended), ("data", .data), ("bus", .bus),
    ]
}

extension CompiledSources {
    /// Reads all frames of the payload; `false` if it has none because it is something else.
    func readWiCAN(
        _ bytes: RawSpan, _ layout: FrameLayout, _ pool: inout FramePool
    ) throws(DecodeError) -> Bool {
        var at = 0
        guard try nextByte(bytes, &at) == UInt8(ascii: "{") else {
            throw DecodeError(.wrongType, at: at)
        }
        var seen: UInt8 = 0
        var isSent = false
        var bus = FrameRecord(id: CANID(bits: 0), start: 0, length: 0, offset: 0)
        if try open(closing: UInt8(ascii: "}"), depth: 1, bytes, &at) {
            repeat {
                let key = try scanKey(bytes, &at)
                let name = FrameKey(
                    rawValue: try names.value(scope: can.keyScope, of: bytes, key))
                let byte = try nextByte(bytes, &at)
                if let name {
                    let bit = UInt8(1) << UInt8(name.rawValue)
                    guard seen & bit == 0 else {
                        throw DecodeError(.duplicateKey, at: key.start - 1)
                    }
                    seen |= bit
                }
                switch name {
                case .frames:
                    guard byte == UInt8(ascii: "[") else { throw DecodeError(.wrongType, at: at) }
                    try readFrames(bytes, &at, layout, &pool)
                case .type where byte == UInt8(ascii: "\""):
                    let text = try scanText(bytes, &at)
                    // What the adapter sent itself says nothing of the vehicle.
                    isSent = text.count == 2 && bytes.byte(at: text.start) == UInt8(ascii: "t")
                case .bus where byte == UInt8(ascii: "\""):
                    let text = try scanText(bytes, &at)
                    setBus(&bus, layout, bytes, from: text.start, count: text.count)
                case .bus:
                    let start = at
                    try skipValue(bytes, &at, depth: 2)
                    setBus(&bus, layout, bytes, from: start, count: at - start)
                default: try skipValue(bytes, &at, depth: 2)
                }
            } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        }
        try expectEnd(bytes, &at)
        if isSent { pool.removeAll() }
        for index in 0..<pool.frames.count {
            pool.frames[index].bus = bus.bus
            pool.frames[index].busStart = bus.busStart
            pool.frames[index].busLength = bus.busLength
        }
        return seen & (1 << UInt8(FrameKey.frames.rawValue)) != 0
    }

    private func readFrames(
        _ bytes: RawSpan, _ at: inout Int, _ layout: FrameLayout, _ pool: inout FramePool
    ) throws(DecodeError) {
        guard try open(closing: UInt8(ascii: "]"), depth: 2, bytes, &at) else { return }
        repeat {
            guard try nextByte(bytes, &at) == UInt8(ascii: "{") else {
                throw DecodeError(.wrongType, at: at)
            }
            try readFrame(bytes, &at, layout, &pool)
        } while try another(closing: UInt8(ascii: "]"), bytes, &at)
    }

    private func readFrame(
        _ bytes: RawSpan, _ at: inout Int, _ layout: FrameLayout, _ pool: inout FramePool
    ) throws(DecodeError) {
        let start = at
        var frame = FrameRecord(
            id: CANID(bits: 0), start: UInt32(pool.bytes.count), length: 0, offset: UInt32(at))
        var seen: UInt8 = 0
        var id: Int64 = 0
        var length = Int64.max
        var isExtended = false
        var isRemote = false
        var count = 0
        if try open(closing: UInt8(ascii: "}"), depth: 3, bytes, &at) {
            repeat {
                let key = try scanKey(bytes, &at)
                let name = FrameKey(
                    rawValue: try names.value(scope: can.keyScope, of: bytes, key))
                let byte = try nextByte(bytes, &at)
                if let name {
                    let bit = UInt8(1) << UInt8(name.rawValue)
                    guard seen & bit == 0 else {
                        throw DecodeError(.duplicateKey, at: key.start - 1)
                    }
                    seen |= bit
                }
                switch name {
                case .id: id = try wholeNumber(bytes, &at, 0...0x1FFF_FFFF)
                case .length: length = try wholeNumber(bytes, &at, 0...64)
                case .isRemote: isRemote = try truth(bytes, &at)
                case .isExtended: isExtended = try truth(bytes, &at)
                case .data:
                    guard byte == UInt8(ascii: "[") else { throw DecodeError(.wrongType, at: at) }
                    count = try readBytes(bytes, &at, &pool)
                default: try skipValue(bytes, &at, depth: 4)
                }
            } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        }
        guard seen & (1 << UInt8(FrameKey.id.rawValue)) != 0 else {
            throw DecodeError(.wrongType, at: start)
        }
        if isRemote { return pool.leaveOut(frame) }
        // The adapter always writes eight numbers; how many count says `dlc`.
        frame.length = UInt16(min(Int64(count), length))
        frame.id = CANID(UInt32(id), isExtended || id > 0x7FF)
        try take(frame, layout, &pool)
    }

    /// The bytes of a frame; how many there were.
    private func readBytes(
        _ bytes: RawSpan, _ at: inout Int, _ pool: inout FramePool
    ) throws(DecodeError) -> Int {
        var count = 0
        guard try open(closing: UInt8(ascii: "]"), depth: 4, bytes, &at) else { return 0 }
        repeat {
            _ = try nextByte(bytes, &at)
            let start = at
            let value = try wholeNumber(bytes, &at, 0...255)
            guard count < 64 else { throw DecodeError(.wrongType, at: start) }
            pool.bytes.append(UInt8(value))
            count += 1
        } while try another(closing: UInt8(ascii: "]"), bytes, &at)
        return count
    }
}

private func wholeNumber(
    _ bytes: RawSpan, _ at: inout Int, _ range: ClosedRange<Int64>
) throws(DecodeError) -> Int64 {
    let start = at
    let byte = bytes.byte(at: at)
    guard isDigit(byte) || byte == UInt8(ascii: "-") else {
        throw DecodeError(.wrongType, at: start)
    }
    let number = try scanNumber(bytes, &at)
    guard let whole = number.wholeNumber, range.contains(whole) else {
        throw DecodeError(.wrongType, at: start)
    }
    return whole
}

private func truth(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> Bool {
    let byte = bytes.byte(at: at)
    guard byte == UInt8(ascii: "t") || byte == UInt8(ascii: "f") else {
        throw DecodeError(.wrongType, at: at)
    }
    return try scanLiteral(bytes, &at) == .isTrue
}
