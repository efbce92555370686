import VehicleSignals

/// How one value of a source becomes a reading: everything of catalogue and mapping that the way
/// of a message needs, in one flat value.
struct ValueRule: Sendable, BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case boolean, integer, double, allowed, text, troubleCodes
    }

    var signal: SignalID
    var kind: Kind
    /// The mapping gives words; a text that is none of them is out of range, not of a wrong type.
    var hasWords = false
    var takesNumbersAsText = false
    /// Trouble codes may come as one text: `P0128,U1123`.
    var takesCodesAsText = false
    /// Some word of its scope is a number: `"0": "OFF"`.
    var hasNumberWords = false
    /// Some word of its scope holds a comma, so that parts of a text cannot be told by themselves.
    var hasCommaWords = false
    /// Length of the beginnings that mean "absent" whatever follows; 0: none.
    var beginning: UInt8 = 0
    /// Scope of words and texts that mean "absent"; 0: none.
    var wordScope: UInt32 = 0
    /// Numbers that mean "absent", in ``CompiledSources/sentinels``.
    var sentinelStart: Int32 = 0
    var sentinelCount: Int32 = 0
    /// The conversion where it is a whole factor, so that integers stay integers; 0 otherwise.
    private(set) var wholeFactor: Int64 = 1
    var conversion = UnitConversion.identity {
        didSet { wholeFactor = conversion.wholeFactor }
    }
    /// Bounds of integers: datatype, minimum and maximum together.
    var lowest = Int64.min
    var highest = Int64.max
    /// Bounds of doubles.
    var minimum = -Double.greatestFiniteMagnitude
    var maximum = Double.greatestFiniteMagnitude
}

/// What a word stands for.
struct WordValue: Sendable, BitwiseCopyable {
    var kind: ValueKind
    var bits: UInt64
    /// In the table of words: "no value".
    static let absent: Int32 = -1
    /// The same, and of every text that begins so.
    static let absentBeginning: Int32 = -2
}
