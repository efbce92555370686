/// A CAN database as its DBC file says: which bits of which frame are which signal.
///
/// Made at start by ``init(bytes:)``; ``DBCTables`` and ``CompiledSources`` freeze it into flat
/// tables. Attributes and node lists are read over.
public struct DBCDatabase: Sendable, Equatable {
    /// In the order of the file.
    public var messages: [DBCMessage]

    public init(messages: [DBCMessage] = []) { self.messages = messages }

    /// The message of that name.
    public func message(named name: String) -> DBCMessage? {
        messages.first { $0.name == name }
    }
}

/// One frame of a database.
public struct DBCMessage: Sendable, Equatable {
    /// 11 bits, or 29 where the frame is extended.
    public var id: UInt32
    public var isExtended: Bool
    public var name: String
    /// Bytes that its sender sends; more than 64 where several frames make one message.
    public var byteCount: Int
    public var signals: [DBCSignal]
    public var comment: String

    public init(
        id: UInt32, isExtended: Bool = false, name: String, byteCount: Int = 8,
        signals: [DBCSignal] = [], comment: String = ""
    ) {
        self.id = id
        self.isExtended = isExtended
        self.name = name
        self.byteCount = byteCount
        self.signals = signals
        self.comment = comment
    }

    /// The signal of that name.
    public func signal(named name: String) -> DBCSignal? { signals.first { $0.name == name } }
}

/// One signal of a frame.
public struct DBCSignal: Sendable, Equatable {
    /// How the bits are to be read.
    public enum ValueType: Sendable, Equatable {
        case unsigned, signed
        /// IEEE 754 in 32 or 64 bits.
        case float, double
    }

    /// When a multiplexed signal is in its frame: while the multiplexor has one of these values.
    public struct Condition: Sendable, Equatable {
        public var multiplexor: String
        public var values: [ClosedRange<UInt64>]

        public init(multiplexor: String, values: [ClosedRange<UInt64>]) {
            self.multiplexor = multiplexor
            self.values = values
        }
    }

    public var name: String
    /// As DBC counts: bit 0 is the lowest bit of byte 0, bit 8 the lowest of byte 1. With Intel
    /// order the signal's lowest bit, with Motorola order its highest.
    public var startBit: Int
    /// 1 to 64.
    public var bitCount: Int
    /// Intel order; otherwise Motorola.
    public var isLittleEndian: Bool
    public var valueType: ValueType
    /// value = bits × factor + offset
    public var factor: Double
    public var offset: Double
    /// Both 0 where the file sets no bounds.
    public var minimum: Double
    public var maximum: Double
    public var unit: String
    public var isMultiplexor: Bool
    /// `nil`: in every frame.
    public var condition: Condition?
    /// Names of single values, by the signal's bits as a number.
    public var words: [Int64: String]
    public var comment: String

    public init(
        name: String, startBit: Int, bitCount: Int, isLittleEndian: Bool = true,
        valueType: ValueType = .unsigned, factor: Double = 1, offset: Double = 0,
        minimum: Double = 0, maximum: Double = 0, unit: String = "", isMultiplexor: Bool = false,
        condition: Condition? = nil, words: [Int64: String] = [:], comment: String = ""
    ) {
        self.name = name
        self.startBit = startBit
        self.bitCount = bitCount
        self.isLittleEndian = isLittleEndian
        self.valueType = valueType
        self.factor = factor
        self.offset = offset
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit
        self.isMultiplexor = isMultiplexor
        self.condition = condition
        self.words = words
        self.comment = comment
    }

    /// Position of the first and of the last bit, counted through the bytes in Motorola order from
    /// the highest bit of byte 0, in Intel order from the lowest.
    var bitRange: Range<Int> {
        let first = isLittleEndian ? startBit : startBit / 8 * 8 + 7 - startBit % 8
        return first..<(first + bitCount)
    }

    /// Bytes that a frame must have so that the signal is in it.
    public var bytesNeeded: Int { (bitRange.upperBound + 7) / 8 }

    /// The first and the last of its bits that a frame of so many bytes has no place for, with the
    /// numbers that DBC gives to bits; `nil` where all lie inside.
    public func bitsOutside(ofBytes byteCount: Int) -> (first: Int, last: Int)? {
        guard bytesNeeded > byteCount else { return nil }
        let range = bitRange
        let (first, last) = (max(range.lowerBound, byteCount * 8), range.upperBound - 1)
        func number(_ place: Int) -> Int {
            isLittleEndian ? place : place / 8 * 8 + 7 - place % 8
        }
        return (number(first), number(last))
    }
}

/// Why a text is no CAN database, and on which line.
public struct DBCFlaw: Error, Equatable, Sendable {
    /// From 1.
    public var line: Int
    /// What is wrong.
    public var message: String
    /// What to write instead.
    public var remedy: String

    init(_ line: Int, _ message: String, remedy: String) {
        self.line = line
        self.message = message
        self.remedy = remedy
    }

    public var sentence: String { "line \(line): \(message) — \(remedy)" }
}

/// The bounds of CAN databases.
public enum DBCLimits {
    /// Largest file: 64 MiB, thirty times the largest seen.
    public static let bytesMax = 67_108_864
    /// Bytes of a message: what J1939 carries over several frames. A CAN FD frame has 64.
    public static let messageBytesMax = 1785
    /// Bits of a signal.
    public static let bitsMax = 64
    /// Multiplexors above each other.
    public static let multiplexDepthMax = 8
}
