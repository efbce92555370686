internal import FuzzStage
internal import PayloadDecoding

/// CAN databases: whatever is read is frozen, and every signal of a frame made of the input is what
/// a reader of single bits finds.
@main enum DBC: FuzzTarget {
    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        let database: DBCDatabase
        do throws(DBCFlaw) { database = try DBCDatabase(bytes: input) } catch {
            demand(error.line >= 1, "a flaw without a line: \(error)")
            return
        }
        let tables = DBCTables(database)
        var data = Array(input.prefix(64))
        while data.count < 2048 { data.append(UInt8(truncatingIfNeeded: data.count &* 37)) }
        for (index, message) in database.messages.enumerated() {
            demand(
                tables.message(id: message.id, isExtended: message.isExtended) != nil,
                "\(message.name) is not found")
            let length = min(message.byteCount, 64)
            var bits = [Int64](repeating: 0, count: message.signals.count)
            var isThere = [Bool](repeating: false, count: message.signals.count)
            var values = [Double](repeating: 0, count: message.signals.count)
            var first = bits.mutableSpan
            var second = isThere.mutableSpan
            tables.decodeBits(
                index, data.span.bytes, length: length, into: &first, isThere: &second)
            var third = values.mutableSpan
            tables.decode(index, data.span.bytes, length: length, into: &third)
            for (place, signal) in message.signals.enumerated() where isThere[place] {
                let plain = self.bits(signal, data, length)
                demand(plain != nil, "\(signal.name) is beyond the frame")
                let mask = UInt64.max >> UInt64(64 - signal.bitCount)
                demand(
                    UInt64(bitPattern: bits[place]) & mask == plain, "\(signal.name): other bits")
            }
        }
    }

    /// One bit after the other.
    private static func bits(_ signal: DBCSignal, _ frame: [UInt8], _ length: Int) -> UInt64? {
        var bits: UInt64 = 0
        var place = signal.startBit
        for step in 0..<signal.bitCount {
            guard place / 8 < length else { return nil }
            let bit = UInt64(frame[place / 8] >> UInt8(place % 8) & 1)
            if signal.isLittleEndian {
                bits |= bit << UInt64(step)
                place += 1
            } else {
                bits = bits << 1 | bit
                place = place % 8 == 0 ? place + 15 : place - 1
            }
        }
        return bits
    }
}
