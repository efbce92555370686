import VehicleSignals

/// One value of a frame, of an answer or of a parameter group, and what it becomes.
struct FrameField: Sendable, BitwiseCopyable {
    /// In ``CANTables/plans``.
    var plan: Int32
    var rule: ValueRule
    /// Values with a meaning of their own, in ``CANTables/wordBits`` and ``CANTables/wordValues``.
    var wordStart: Int32 = 0
    var wordCount: Int32 = 0
    /// The bus it holds for; -1: all.
    var bus: Int16 = -1
    var isAllOnesAbsent = false
    /// Factor and offset are whole numbers: the value never goes through a double.
    var isWhole = false
    var wholeFactor: Int64 = 1
    var wholeOffset: Int64 = 0
    /// Bounds of whole values, before factor and offset.
    var lowest = Int64.min
    var highest = Int64.max
    /// Bounds of floating-point values.
    var minimum = -Double.greatestFiniteMagnitude
    var maximum = Double.greatestFiniteMagnitude
}

/// Fields that lie side by side.
struct FieldGroup: Sendable, BitwiseCopyable {
    var start: Int32
    var count: Int32
}

/// One topic's frames.
struct FrameLayout: Sendable, BitwiseCopyable {
    var carrier: CANMapping.Carrier
    var takesOBD: Bool
    var takesUDS: Bool
    var takesJ1939: Bool
    /// The document that a payload without frames is; -1: none.
    var otherwise: Int32
    /// Names of buses that matter; 0: none does.
    var busScope: UInt32
    /// First slot and mask of the ids that its databases know.
    var slotStart: Int32
    var slotMask: Int32

    var takesTransfers: Bool { takesOBD || takesUDS || takesJ1939 }
}

/// All that is compiled of the CAN family.
struct CANTables: Sendable {
    /// Signals that are not numbers in one place: lists, texts and what several units say together.
    /// -1: the catalogue has no such signal.
    struct Signals: Sendable, BitwiseCopyable {
        var codes: Int32 = -1
        var confirmedCodes: Int32 = -1
        var codeCount: Int32 = -1
        var lamp: Int32 = -1
        var identification: Int32 = -1
        var activeFaults: Int32 = -1
        var emissionFaults: Int32 = -1
        var distance: Int32 = -1
    }

    var keyScope: UInt32 = 0
    var plans = SignalPlans()
    var fields: [FrameField] = []
    var groups: [FieldGroup] = []
    var layouts: [FrameLayout] = []
    /// Ids to groups, of all layouts one behind the other.
    var slots: [DBCTables.Slot] = []
    var wordBits: [Int64] = []
    var wordValues: [Int32] = []
    /// Groups of OBD-II parameters by number; -1: not mapped.
    var parameters: [Int32] = []
    /// Groups of J1939, sorted by number.
    var parameterGroups: [UInt32] = []
    var parameterGroupFields: [Int32] = []
    var signals = Signals()

    /// The fields of a frame; -1: nobody maps it.
    @inline(always)
    func group(_ layout: FrameLayout, _ id: CANID) -> Int {
        guard layout.slotMask >= 0 else { return -1 }
        let mask = Int(layout.slotMask)
        var place = CANID.spread(id.bits) & mask
        while true {
            let slot = slots[Int(layout.slotStart) + place]
            if slot.message < 0 { return -1 }
            if slot.key == id.bits { return Int(slot.message) }
            place = (place + 1) & mask
        }
    }

    /// The fields of a parameter group of J1939; -1: nobody knows it.
    func group(ofParameterGroup number: UInt32) -> Int {
        var low = 0
        var high = parameterGroups.count
        while low < high {
            let middle = (low + high) / 2
            if parameterGroups[middle] < number { low = middle + 1 } else { high = middle }
        }
        guard low < parameterGroups.count, parameterGroups[low] == number else { return -1 }
        return Int(parameterGroupFields[low])
    }
}

/// A value at a fixed place that a standard gives.
struct FixedField: Sendable {
    /// Parameter of OBD-II, or parameter group of J1939.
    var number: UInt32
    var startByte: Int
    var byteCount: Int
    var factor: Double
    var offset: Double
    /// Unit of the value, as in source files; empty: none.
    var unit: String
    var path: String
    /// Largest value that is one; what lies above says "error" or "not available".
    var highest: Int64

    init(
        _ number: UInt32, byte: Int, bytes: Int = 1, factor: Double = 1, offset: Double = 0,
        unit: String = "", _ path: String, highest: Int64 = .max
    ) {
        self.number = number
        startByte = byte
        byteCount = bytes
        self.factor = factor
        self.offset = offset
        self.unit = unit
        self.path = path
        self.highest = highest
    }
}
