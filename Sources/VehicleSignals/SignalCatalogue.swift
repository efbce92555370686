/// What the catalogue knows of one signal.
public struct SignalDefinition: Sendable, Hashable {
    /// Datatypes of the COVESA Vehicle Signal Specification; arrays only where a list is meant.
    public enum Datatype: String, Sendable, CaseIterable {
        case boolean, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float, double
        case string
        /// A list of trouble codes (`string[]` in VSS).
        case troubleCodes = "trouble_codes"

        /// Whether values are whole numbers.
        public var isInteger: Bool {
            switch self {
            case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64: true
            case .boolean, .float, .double, .string, .troubleCodes: false
            }
        }

        /// Whether values are numbers, whole or not.
        public var isNumber: Bool { isInteger || self == .float || self == .double }

        /// The range of a whole-number datatype, cut to what 64 signed bits hold.
        public var integerRange: ClosedRange<Int64>? {
            switch self {
            case .int8: -128...127
            case .uint8: 0...255
            case .int16: -32_768...32_767
            case .uint16: 0...65_535
            case .int32: Int64(Int32.min)...Int64(Int32.max)
            case .uint32: 0...Int64(UInt32.max)
            case .int64: Int64.min...Int64.max
            case .uint64: 0...Int64.max
            case .boolean, .float, .double, .string, .troubleCodes: nil
            }
        }
    }

    /// How an edition of VSS other than the newest writes the same signal.
    public struct Spelling: Sendable, Hashable {
        public var path: String
        /// Main version numbers of VSS in which it is written so, 4…5 for instance.
        public var editions: ClosedRange<Int>
        public var unit: Unit

        public init(path: String, editions: ClosedRange<Int>, unit: Unit) {
            self.path = path
            self.editions = editions
            self.unit = unit
        }
    }

    /// Path as of VSS 6.0, or of the project's own overlay.
    public var path: String
    public var datatype: Datatype
    public var unit: Unit
    /// Values outside are absent, not clamped.
    public var minimum: Double?
    public var maximum: Double?
    /// Allowed words, where the signal has any.
    public var allowed: [String]
    /// Whether a vehicle whose gate is `service_only` may deliver it.
    public var isForService: Bool
    /// Data class of the sharing matrix, `D1`…`D15`.
    public var dataClass: String
    /// Other ways of writing it, by edition.
    public var spellings: [Spelling]

    public init(
        path: String, datatype: Datatype, unit: Unit = .none, minimum: Double? = nil,
        maximum: Double? = nil, allowed: [String] = [], isForService: Bool = true,
        dataClass: String = "D2", spellings: [Spelling] = []
    ) {
        self.path = path
        self.datatype = datatype
        self.unit = unit
        self.minimum = minimum
        self.maximum = maximum
        self.allowed = allowed
        self.isForService = isForService
        self.dataClass = dataClass
        self.spellings = spellings
    }
}

/// The frozen list of signals: made at start, used by number, never changed while running.
///
/// Numbers are dense and hold for one run of the process only. What is stored on disk is stored
/// with the path beside it (see ``fingerprint``).
public struct SignalCatalogue: Sendable {
    /// Most signals that a catalogue may hold; one number is kept for "unknown".
    public static let countMax = Int(UInt16.max) - 1

    public let definitions: [SignalDefinition]
    private let numbers: [String: SignalID]
    private let serviceFlags: [Bool]

    /// Why a list of definitions is no catalogue.
    public enum Flaw: Error, Equatable, Sendable {
        case twice(path: String)
        case tooMany(count: Int)
    }

    public init(_ definitions: [SignalDefinition]) throws(Flaw) {
        guard definitions.count <= Self.countMax else { throw .tooMany(count: definitions.count) }
        var numbers: [String: SignalID] = [:]
        for (index, definition) in definitions.enumerated() {
            let id = SignalID(UInt16(index))
            guard numbers.updateValue(id, forKey: definition.path) == nil else {
                throw .twice(path: definition.path)
            }
        }
        self.definitions = definitions
        self.numbers = numbers
        serviceFlags = definitions.map(\.isForService)
    }

    public var count: Int { definitions.count }

    /// The signal of a path; for the start and for doors, not for the way of a message.
    public func id(of path: String) -> SignalID? { numbers[path] }

    /// Whether a vehicle whose gate is `service_only` may deliver the signal; one load.
    public func isForService(_ id: SignalID) -> Bool { serviceFlags[Int(id.number)] }

    public subscript(_ id: SignalID) -> SignalDefinition { definitions[Int(id.number)] }

    /// Changes whenever numbers come to mean something else; stored beside snapshots.
    public var fingerprint: UInt64 {
        let text = Array(definitions.map(\.path).joined(separator: "\n").utf8)
        return unsafe text.span.bytes.stableHash(from: 0, count: text.count)
    }
}
