import VehicleSignals

/// A database frozen into flat tables: all signals of a frame at once, by number.
///
/// ```swift
/// let tables = DBCTables(database)
/// guard let message = tables.message(id: 0x6B7, isExtended: false) else { return }
/// tables.decode(message, data, length: 8, into: &values)   // one double a signal, NaN: not there
/// ```
///
/// Values are what the bits say, also where that is out of the signal's bounds: what counts as
/// absent is the mapping's business. `Tests/PayloadDecodingTests` compare this with a twin that
/// reads bit by bit.
public struct DBCTables: Sendable {
    struct Message: Sendable, BitwiseCopyable {
        var first: Int32
        var count: Int32
        /// Bytes that every signal is within.
        var bytesNeeded: UInt16
        /// Nothing but whole numbers that are in every frame: the loop without questions.
        var isPlain: Bool
    }

    struct Slot: Sendable, BitwiseCopyable {
        var key: UInt32 = 0
        var message: Int32 = -1
    }

    let plans: SignalPlans
    let messages: [Message]
    private let slots: [Slot]
    private let mask: Int

    public init(_ database: DBCDatabase) {
        var plans = SignalPlans()
        var messages: [Message] = []
        for message in database.messages {
            let first = plans.add(message)
            let own = plans.plans[first...]
            messages.append(
                Message(
                    first: Int32(first), count: Int32(own.count),
                    bytesNeeded: own.map(\.bytesNeeded).max() ?? 0,
                    isPlain: own.allSatisfy {
                        $0.kind == .whole && $0.parent < 0 && $0.spill == 0
                    }))
        }
        self.plans = plans
        self.messages = messages
        (slots, mask) = Self.makeSlots(database.messages.map { CANID($0.id, $0.isExtended).bits })
    }

    /// An open table with at least as many free slots as taken ones.
    static func makeSlots(_ keys: [UInt32]) -> ([Slot], Int) {
        var size = 16
        while size < keys.count * 2 { size *= 2 }
        var slots = [Slot](repeating: Slot(), count: size)
        for (index, key) in keys.enumerated() {
            var place = CANID.spread(key) & (size - 1)
            while slots[place].message >= 0 { place = (place + 1) & (size - 1) }
            slots[place] = Slot(key: key, message: Int32(index))
        }
        return (slots, size - 1)
    }

    /// The number of the message with this id; `nil` if the database does not know it.
    public func message(id: UInt32, isExtended: Bool) -> Int? {
        let key = CANID(id, isExtended).bits
        var place = CANID.spread(key) & mask
        while slots[place].message >= 0 {
            if slots[place].key == key { return Int(slots[place].message) }
            place = (place + 1) & mask
        }
        return nil
    }

    /// How many signals the message has.
    public func signalCount(of message: Int) -> Int { Int(messages[message].count) }

    /// Decodes all signals of a message in the order of the database.
    ///
    /// - Parameters:
    ///   - data: the frame; at least eight bytes, or as many as the message's signals reach to,
    ///     whatever `length` says. Those behind `length` don't matter.
    ///   - length: bytes that the frame really had. Signals beyond are not there.
    ///   - values: one for each signal; NaN where the signal is not in this frame.
    public func decode(
        _ message: Int, _ data: RawSpan, length: Int, into values: inout MutableSpan<Double>
    ) {
        let entry = messages[message]
        let first = Int(entry.first)
        let count = Int(entry.count)
        precondition(values.count >= count, "one value for each signal")
        let all = plans.plans.span
        if entry.isPlain, Int(entry.bytesNeeded) <= length {
            for index in 0..<count {
                let plan = all[first + index]
                let loaded = data.word64(at: Int(plan.window))
                let word = plan.isBigEndian ? loaded.byteSwapped : loaded
                let whole = plan.whole((word &>> UInt64(plan.shift)) & plan.mask)
                values[index] = Double(whole) * plan.factor + plan.offset
            }
            return
        }
        for index in 0..<count {
            let plan = all[first + index]
            guard plan.fits(length),
                plan.parent < 0 || plans.isPresent(plan, data, length: length)
            else {
                values[index] = .nan
                continue
            }
            values[index] = plan.value(plan.bits(in: data))
        }
    }

    /// The same without factor and offset: the bits as a whole number (of an unsigned signal with
    /// 64 bits and of floats: the same bits). `false` in `isThere` where the signal is not in this
    /// frame; its bits are 0 then.
    public func decodeBits(
        _ message: Int, _ data: RawSpan, length: Int, into bits: inout MutableSpan<Int64>,
        isThere: inout MutableSpan<Bool>
    ) {
        let entry = messages[message]
        for index in 0..<Int(entry.count) {
            let plan = plans.plans[Int(entry.first) + index]
            let found =
                plan.fits(length)
                && (plan.parent < 0 || plans.isPresent(plan, data, length: length))
            isThere[index] = found
            bits[index] = found ? plan.whole(plan.bits(in: data)) : 0
        }
    }
}
