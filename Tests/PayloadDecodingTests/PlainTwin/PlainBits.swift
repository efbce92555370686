import PayloadDecoding

/// Signals read bit by bit, as the picture in any book on DBC files shows it: the twin of the
/// kernel with its loads and shifts.
enum PlainBits {
    /// The signal's bits; `nil` where the frame is too short for them.
    static func bits(_ signal: DBCSignal, _ frame: [UInt8]) -> UInt64? {
        var bits: UInt64 = 0
        var byte = signal.startBit / 8
        var place = signal.startBit % 8
        for step in 0..<signal.bitCount {
            guard byte < frame.count else { return nil }
            let bit = UInt64(frame[byte] >> UInt8(place) & 1)
            if signal.isLittleEndian {
                bits |= bit << UInt64(step)
                place += 1
                if place == 8 { (byte, place) = (byte + 1, 0) }
            } else {
                bits = bits << 1 | bit
                place -= 1
                if place < 0 { (byte, place) = (byte + 1, 7) }
            }
        }
        return bits
    }

    /// Bits, whole number and value; `nil` where the signal is not in this frame.
    static func value(
        _ signal: DBCSignal, of message: DBCMessage, _ frame: [UInt8]
    ) -> (whole: Int64, value: Double)? {
        guard let bits = bits(signal, frame) else { return nil }
        var above = signal.condition
        while let condition = above {
            guard let multiplexor = message.signal(named: condition.multiplexor),
                let value = self.bits(multiplexor, frame),
                condition.values.contains(where: { $0.contains(value) })
            else { return nil }
            above = multiplexor.condition
        }
        var whole = Int64(bitPattern: bits)
        var number = Double(bits)
        switch signal.valueType {
        case .unsigned: break
        case .signed:
            if signal.bitCount < 64, bits >> UInt64(signal.bitCount - 1) == 1 {
                whole = Int64(bitPattern: bits &- (1 << UInt64(signal.bitCount)))
            }
            number = Double(whole)
        case .float: number = Double(Float(bitPattern: UInt32(bits)))
        case .double: number = Double(bitPattern: bits)
        }
        return (whole, number * signal.factor + signal.offset)
    }
}
