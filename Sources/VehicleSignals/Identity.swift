/// The gateway's own number of a vehicle, given by the customer store; never shown outside.
public struct VehicleKey: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// 1… for vehicles of the registry. Numbers with the top bit set are names that nobody has
    /// linked to a vehicle yet. 0 stands for "unknown".
    public var number: UInt32

    @inline(always)
    public init(_ number: UInt32) { self.number = number }

    public static let unknown = VehicleKey(0)
    /// First of the numbers that stand for unlinked names.
    public static let firstUnlinked = VehicleKey(0x8000_0000)

    @inline(always)
    public var isUnlinked: Bool { number >> 31 == 1 }

    @inline(always)
    public static func < (left: VehicleKey, right: VehicleKey) -> Bool {
        left.number < right.number
    }
}

/// A configured source as its dense number, in the order in which the source files were read.
public struct SourceID: Hashable, Sendable, BitwiseCopyable {
    public var number: UInt16
    @inline(always)
    public init(_ number: UInt16) { self.number = number }
}

/// What made a reading, as the number of a pair of source and mapping version. Numbers are those of
/// one run; what is stored brings a list of its own.
public struct OriginID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// 1… in the order in which the run came to know the pairs; 0 stands for "not known".
    public var number: UInt16
    @inline(always)
    public init(_ number: UInt16) { self.number = number }

    public static let unknown = OriginID(0)
    @inline(always)
    public static func < (left: OriginID, right: OriginID) -> Bool { left.number < right.number }
}

/// What a vehicle's holder lets the gateway take in.
public enum TelemetryGate: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Nothing: messages are dropped before they are parsed or stored.
    case off = 0
    /// Signals that service needs; everything else is dropped after decoding.
    case serviceOnly = 1
    case all = 2

    /// The word used in imports and at the doors.
    public var word: String {
        switch self {
        case .off: "off"
        case .serviceOnly: "service_only"
        case .all: "all"
        }
    }

    public init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

/// A place in the ingest journal: the number of a batch, ascending from 1. 0 stands before all.
public struct JournalPosition: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var number: Int64
    @inline(always)
    public init(_ number: Int64) { self.number = number }

    public static let start = JournalPosition(0)
    @inline(always)
    public static func < (left: JournalPosition, right: JournalPosition) -> Bool {
        left.number < right.number
    }
}
