import VehicleSignals

// Lines as `candump -L` of can-utils writes them, one or many in a payload:
//     (1700000000.123456) can0 7E8#03410D17AAAAAAAA
//     can0 18FEF100#FFFF0C00FFFFFFFF              without a time
//     7E8#R8    12345678##1 00112233…             remote frames, CAN FD

extension CompiledSources {
    /// Reads all frames of the payload of which something is made. Remote and error frames are read
    /// over.
    func readCandump(
        _ bytes: RawSpan, _ layout: FrameLayout, _ pool: inout FramePool
    ) throws(DecodeError) {
        var at = 0
        while true {
            skipSpace(bytes, &at)
            guard at < bytes.byteCount else { return }
            var frame = FrameRecord(
                id: CANID(bits: 0), start: UInt32(pool.bytes.count), length: 0, offset: 0)
            if bytes.byte(at: at) == UInt8(ascii: "(") {
                frame.time = try candumpTime(bytes, &at)
                skipBlanks(bytes, &at)
            }
            let end = wordEnd(bytes, at)
            if !hasMark(bytes, at, end) {
                // A word without `#` is the interface.
                setBus(&frame, layout, bytes, from: at, count: end - at)
                at = end
                skipBlanks(bytes, &at)
            }
            frame.offset = UInt32(at)
            let isData = try candumpFrame(bytes, &at, &frame, &pool)
            skipBlanks(bytes, &at)
            try skipDirection(bytes, &at)
            if isData { try take(frame, layout, &pool) }
        }
    }

    /// `(1700000000.123456)`: seconds. What is no time, such as a logger's own seconds since its
    /// start, says nothing about when.
    private func candumpTime(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> Int64 {
        at += 1
        guard at < bytes.byteCount else { throw DecodeError(.truncated, at: at) }
        var number = try scanNumber(bytes, &at)
        guard at < bytes.byteCount else { throw DecodeError(.truncated, at: at) }
        guard bytes.byte(at: at) == UInt8(ascii: ")") else {
            throw DecodeError(.unexpectedByte, at: at)
        }
        at += 1
        number.exponent += 3
        let value = number.wholeNumber.map { Double($0) } ?? number.double(in: bytes)
        guard value >= Double(DecodingLimits.earliestTime),
            value <= Double(DecodingLimits.latestTime)
        else { return .min }
        return Int64(value.rounded(.down))
    }

    /// `7E8#0341…`; `false` for a frame without data of its own.
    private func candumpFrame(
        _ bytes: RawSpan, _ at: inout Int, _ frame: inout FrameRecord, _ pool: inout FramePool
    ) throws(DecodeError) -> Bool {
        let start = at
        var id: UInt32 = 0
        while at < bytes.byteCount, let digit = hexDigit(bytes.byte(at: at)), at - start < 9 {
            id = id << 4 | UInt32(digit)
            at += 1
        }
        let digits = at - start
        try expectByte(UInt8(ascii: "#"), bytes, &at)
        guard digits == 3 && id <= 0x7FF || digits == 8 else {
            throw DecodeError(.unexpectedByte, at: start)
        }
        // The three bits above 29: an error frame is no frame of a vehicle's sender.
        let isError = digits == 8 && id & 0x2000_0000 != 0
        frame.id = CANID(id & 0x1FFF_FFFF, digits == 8)
        guard at < bytes.byteCount else { return !isError }
        if bytes.byte(at: at) | 0x20 == UInt8(ascii: "r") {
            at += 1
            if at < bytes.byteCount, hexDigit(bytes.byte(at: at)) != nil { at += 1 }
            return false
        }
        var most = 8
        if bytes.byte(at: at) == UInt8(ascii: "#") {
            // CAN FD: a digit of flags before the bytes.
            at += 1
            most = 64
            guard at < bytes.byteCount else { throw DecodeError(.truncated, at: at) }
            guard hexDigit(bytes.byte(at: at)) != nil else {
                throw DecodeError(.unexpectedByte, at: at)
            }
            at += 1
        }
        while at < bytes.byteCount, let high = hexDigit(bytes.byte(at: at)) {
            guard at + 1 < bytes.byteCount else { throw DecodeError(.truncated, at: at + 1) }
            guard let low = hexDigit(bytes.byte(at: at + 1)), Int(frame.length) < most else {
                throw DecodeError(.unexpectedByte, at: at)
            }
            if !isError {
                pool.bytes.append(high << 4 | low)
            }
            frame.length += 1
            at += 2
        }
        return !isError
    }

    /// `R` or `T` behind the frame, and the end of the line.
    private func skipDirection(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) {
        guard at < bytes.byteCount, bytes.byte(at: at) > 0x20 else { return }
        let letter = bytes.byte(at: at)
        guard letter == UInt8(ascii: "R") || letter == UInt8(ascii: "T"),
            at + 1 == bytes.byteCount || bytes.byte(at: at + 1) <= 0x20
        else { throw DecodeError(.unexpectedByte, at: at) }
        at += 1
    }
}

private func expectByte(
    _ byte: UInt8, _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) {
    guard at < bytes.byteCount else { throw DecodeError(.truncated, at: at) }
    guard bytes.byte(at: at) == byte else { throw DecodeError(.unexpectedByte, at: at) }
    at += 1
}

private func skipBlanks(_ bytes: RawSpan, _ at: inout Int) {
    while at < bytes.byteCount, bytes.byte(at: at) == 0x20 || bytes.byte(at: at) == 0x09 { at += 1 }
}

private func wordEnd(_ bytes: RawSpan, _ start: Int) -> Int {
    var end = start
    while end < bytes.byteCount, bytes.byte(at: end) > 0x20 { end += 1 }
    return end
}

private func hasMark(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
    for place in start..<end where bytes.byte(at: place) == UInt8(ascii: "#") { return true }
    return false
}

@inline(always)
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
