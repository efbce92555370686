/// A signal of the frozen catalogue as its dense number; see ``SignalCatalogue``.
public struct SignalID: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var number: UInt16
    @inline(always)
    public init(_ number: UInt16) { self.number = number }

    /// Stands for "no such signal"; never an index.
    public static let unknown = SignalID(.max)

    @inline(always)
    public static func < (left: SignalID, right: SignalID) -> Bool { left.number < right.number }
}

/// How the 64 bits of a reading are to be read.
public enum ValueKind: UInt8, Sendable, BitwiseCopyable {
    /// IEEE 754 double, finite, in the catalogue's unit.
    case double = 0
    /// Two's-complement 64-bit integer, in the catalogue's unit.
    case integer = 1
    /// 0 or 1.
    case boolean = 2
    /// Index into the signal's allowed values.
    case allowed = 3
    /// Text beside the readings: upper 32 bits offset, lower 32 bits length in bytes.
    case text = 4
    /// One trouble code of a list, see ``TroubleCode``. Follows a `.listCount` reading.
    case troubleCode = 5
    /// The length of a list whose elements follow as readings of the same signal and time.
    case listCount = 6
}

/// One value of one signal at one event time: 24 bytes, no reference.
public struct Reading: Sendable, BitwiseCopyable, Equatable {
    /// Event time, or the stand-in that `timeQuality` names; `.distantPast` for `.none`.
    public var time: Timestamp
    public var bits: UInt64
    public var signal: SignalID
    public var kind: ValueKind
    public var timeQuality: TimeQuality
    /// Came with the retain flag: state of unknown age; never fires a rule by itself.
    public var isRetained: Bool

    @inline(always)
    public init(
        signal: SignalID, time: Timestamp, timeQuality: TimeQuality, isRetained: Bool,
        kind: ValueKind, bits: UInt64
    ) {
        self.time = time
        self.bits = bits
        self.signal = signal
        self.kind = kind
        self.timeQuality = timeQuality
        self.isRetained = isRetained
    }

    /// The value as a double where it is a number or a boolean (0, 1); `nil` for other kinds.
    @inline(always)
    public var number: Double? {
        switch kind {
        case .double: Double(bitPattern: bits)
        case .integer: Double(Int64(bitPattern: bits))
        case .boolean: Double(bits)
        case .allowed, .text, .troubleCode, .listCount: nil
        }
    }

    /// The value as an integer: integers and booleans exactly, doubles rounded half away from
    /// zero where they fit; `nil` otherwise.
    @inline(always)
    public var wholeNumber: Int64? {
        switch kind {
        case .double: Int64(exactly: Double(bitPattern: bits).rounded())
        case .integer, .boolean: Int64(bitPattern: bits)
        case .allowed, .text, .troubleCode, .listCount: nil
        }
    }
}
