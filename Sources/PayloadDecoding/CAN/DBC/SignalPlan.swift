import VehicleSignals

/// One signal as the kernel reads it: eight bytes are loaded at `window`, turned where the order is
/// Motorola's, shifted, masked. Also used for the fixed fields of OBD-II and J1939.
struct SignalPlan: Sendable, BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        /// Fits a signed 64-bit integer: the fast way.
        case whole
        /// Unsigned with all 64 bits.
        case wide
        case float
        case double
    }

    /// Ones for the signal's bits, at the bottom.
    var mask: UInt64
    /// The highest of its bits where it is signed; 0 otherwise.
    var sign: UInt64
    var factor: Double
    var offset: Double
    /// First byte of the eight.
    var window: UInt16
    /// Bytes that a frame must have.
    var bytesNeeded: UInt16
    /// Bits below the signal in the eight bytes.
    var shift: UInt8
    /// Bits that lie in a ninth byte; 0 almost always.
    var spill: UInt8
    var isBigEndian: Bool
    var kind: Kind
    /// The multiplexor above, as index of a plan; -1: the signal is in every frame.
    var parent: Int32 = -1
    /// The multiplexor's values, in the table of ranges.
    var rangeStart: Int32 = 0
    var rangeCount: Int32 = 0

    init(_ signal: DBCSignal) {
        let range = signal.bitRange
        let firstByte = range.lowerBound / 8
        // Frames of eight bytes are read at 0, so that nothing lies behind them.
        let window = range.upperBound <= 64 ? 0 : firstByte
        let bitsBefore = range.lowerBound - window * 8
        let bitsOver = bitsBefore + signal.bitCount - 64
        self.window = UInt16(window)
        bytesNeeded = UInt16(signal.bytesNeeded)
        spill = UInt8(max(0, bitsOver))
        isBigEndian = !signal.isLittleEndian
        shift = UInt8(
            signal.isLittleEndian ? bitsBefore : max(0, 64 - bitsBefore - signal.bitCount))
        let isWhole = signal.bitCount == 64
        mask = isWhole ? .max : (1 << UInt64(signal.bitCount)) - 1
        let isSigned = signal.valueType == .signed
        sign = isSigned && !isWhole ? 1 << UInt64(signal.bitCount - 1) : 0
        switch signal.valueType {
        case .unsigned: kind = isWhole ? .wide : .whole
        case .signed: kind = .whole
        case .float: kind = .float
        case .double: kind = .double
        }
        factor = signal.factor
        offset = signal.offset
    }
}

/// Values of a multiplexor.
struct MultiplexRange: Sendable, BitwiseCopyable {
    var low: UInt64
    var high: UInt64
}

extension SignalPlan {
    /// The signal's bits as they are in `data`, at the bottom of a word. Traps where `data` ends
    /// before the eight bytes do.
    @inline(always)
    func bits(in data: RawSpan) -> UInt64 {
        let loaded = data.word64(at: Int(window))
        let word = isBigEndian ? loaded.byteSwapped : loaded
        if spill == 0 { return (word &>> UInt64(shift)) & mask }
        let ninth = UInt64(data.byte(at: Int(window) + 8))
        let rest = UInt64(spill)
        let joined =
            isBigEndian
            ? word &<< rest | ninth &>> (8 &- rest)
            : word &>> UInt64(shift) | ninth &<< (64 &- UInt64(shift))
        return joined & mask
    }

    /// The bits as a signed number; of ``Kind/wide`` the same bits.
    @inline(always)
    func whole(_ bits: UInt64) -> Int64 { Int64(bitPattern: (bits ^ sign) &- sign) }

    /// The value in the database's unit.
    @inline(always)
    func value(_ bits: UInt64) -> Double {
        switch kind {
        case .whole: Double(whole(bits)) * factor + offset
        case .wide: Double(bits) * factor + offset
        case .float:
            Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) * factor + offset
        case .double: Double(bitPattern: bits) * factor + offset
        }
    }

    /// Whether the signal is in a frame of `length` bytes, as far as its own place goes.
    @inline(always)
    func fits(_ length: Int) -> Bool { Int(bytesNeeded) <= length }
}

/// Plans and the values of their multiplexors, which belong together.
struct SignalPlans: Sendable {
    var plans: [SignalPlan] = []
    var ranges: [MultiplexRange] = []

    /// Whether the multiplexors above let the signal be in this frame.
    func isPresent(_ plan: SignalPlan, _ data: RawSpan, length: Int) -> Bool {
        var current = plan
        while current.parent >= 0 {
            let above = plans[Int(current.parent)]
            guard above.fits(length) else { return false }
            let value = above.bits(in: data)
            var isIn = false
            for index in Int(current.rangeStart)..<Int(current.rangeStart + current.rangeCount)
            where value >= ranges[index].low && value <= ranges[index].high {
                isIn = true
                break
            }
            guard isIn else { return false }
            current = above
        }
        return true
    }

    /// Lays down one message's signals, in their order; the first one's index.
    mutating func add(_ message: DBCMessage) -> Int {
        let first = plans.count
        for signal in message.signals {
            var plan = SignalPlan(signal)
            if let condition = signal.condition,
                let above = message.signals.firstIndex(where: { $0.name == condition.multiplexor })
            {
                plan.parent = Int32(first + above)
                plan.rangeStart = Int32(ranges.count)
                plan.rangeCount = Int32(condition.values.count)
                for range in condition.values {
                    ranges.append(MultiplexRange(low: range.lowerBound, high: range.upperBound))
                }
            }
            plans.append(plan)
        }
        return first
    }
}
