import PayloadDecoding
import Testing

@Suite struct `signals of frames` {
    /// A message with signals of every kind at every place; they may lie over each other.
    private static func message(_ numbers: inout SeededNumbers) -> DBCMessage {
        let length = numbers.chance(1, of: 2) ? 8 : Int.random(in: 1...64, using: &numbers)
        var message = DBCMessage(id: 1, name: "M", byteCount: length)
        for index in 0..<Int.random(in: 1...20, using: &numbers) {
            var signal = DBCSignal(
                name: "S\(index)", startBit: 0,
                bitCount: Int.random(in: 1...min(64, length * 8), using: &numbers),
                isLittleEndian: numbers.chance(1, of: 2),
                valueType: numbers.chance(1, of: 2) ? .signed : .unsigned,
                factor: numbers.pick([1, 0.5, 0.1, -2, 1e-6]), offset: numbers.pick([0, -40, 0.25]))
            if length >= 4, numbers.chance(1, of: 10) {
                signal.bitCount = 32
                signal.valueType = .float
            } else if length >= 8, numbers.chance(1, of: 10) {
                signal.bitCount = 64
                signal.valueType = .double
            }
            let first = Int.random(in: 0...(length * 8 - signal.bitCount), using: &numbers)
            signal.startBit = signal.isLittleEndian ? first : first / 8 * 8 + 7 - first % 8
            if index > 0, numbers.chance(1, of: 4) {
                let above = Int.random(in: 0..<index, using: &numbers)
                message.signals[above].isMultiplexor = true
                let low = UInt64.random(in: 0...3, using: &numbers)
                signal.condition = DBCSignal.Condition(
                    multiplexor: message.signals[above].name, values: [low...(low + 1), 9...9])
            }
            message.signals.append(signal)
        }
        return message
    }

    @Test(arguments: [1, 2, 3, 4])
    func `are what a reader of single bits finds, in any order and at any place`(
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<2_000 {
            let message = Self.message(&numbers)
            let tables = DBCTables(DBCDatabase(messages: [message]))
            let number = try #require(tables.message(id: 1, isExtended: false))
            for _ in 0..<4 {
                let length =
                    numbers.chance(1, of: 4)
                    ? Int.random(in: 0...message.byteCount, using: &numbers) : message.byteCount
                let isFull = numbers.chance(1, of: 8)
                let frame = (0..<length).map { _ in
                    isFull ? 0xFF : UInt8.random(in: 0...255, using: &numbers)
                }
                let difference = Self.difference(tables, number, message, frame, &numbers)
                #expect(difference == nil, "\(difference ?? "")")
            }
        }
    }

    private static func difference(
        _ tables: DBCTables, _ number: Int, _ message: DBCMessage, _ frame: [UInt8],
        _ numbers: inout SeededNumbers
    ) -> String? {
        // What lies behind the frame must not matter.
        let data = frame + (0..<16).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        var values = [Double](repeating: -1, count: message.signals.count)
        var bits = [Int64](repeating: -1, count: message.signals.count)
        var isThere = [Bool](repeating: false, count: message.signals.count)
        var valueSpan = values.mutableSpan
        var bitSpan = bits.mutableSpan
        var thereSpan = isThere.mutableSpan
        unsafe tables.decode(number, data.span.bytes, length: frame.count, into: &valueSpan)
        unsafe tables.decodeBits(
            number, data.span.bytes, length: frame.count, into: &bitSpan, isThere: &thereSpan)
        for (index, signal) in message.signals.enumerated() {
            let plain = PlainBits.value(signal, of: message, frame)
            let isSame =
                isThere[index] == (plain != nil) && bits[index] == plain?.whole ?? 0
                && (plain.map { $0.value.bitPattern == values[index].bitPattern || $0.value.isNaN }
                    ?? values[index].isNaN)
            if !isSame { return "\(signal) in \(frame): \(values[index]), not \(plain as Any)" }
        }
        return nil
    }

    @Test func `every start, length, order and sign of eight bytes`() throws {
        var numbers = SeededNumbers(seed: 7)
        for isLittleEndian in [true, false] {
            for first in 0..<64 {
                for count in 1...(64 - first) {
                    for type in [DBCSignal.ValueType.unsigned, .signed] {
                        let start = isLittleEndian ? first : first / 8 * 8 + 7 - first % 8
                        let message = DBCMessage(
                            id: 1, name: "M",
                            signals: [
                                DBCSignal(
                                    name: "S", startBit: start, bitCount: count,
                                    isLittleEndian: isLittleEndian, valueType: type)
                            ])
                        let tables = DBCTables(DBCDatabase(messages: [message]))
                        let frame = (0..<8).map { _ in UInt8.random(in: 0...255, using: &numbers) }
                        let difference = Self.difference(tables, 0, message, frame, &numbers)
                        #expect(difference == nil, "\(difference ?? "")")
                    }
                }
            }
        }
    }

    @Test func `of ids that the database does not know are none`() {
        let tables = DBCTables(
            DBCDatabase(messages: [
                DBCMessage(id: 5, name: "A"), DBCMessage(id: 5, isExtended: true, name: "B"),
            ]))
        #expect(tables.message(id: 5, isExtended: false) == 0)
        #expect(tables.message(id: 5, isExtended: true) == 1)
        #expect(tables.message(id: 6, isExtended: false) == nil)
        #expect(tables.signalCount(of: 1) == 0)
    }
}
