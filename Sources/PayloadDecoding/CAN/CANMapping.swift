public import VehicleSignals

/// What the payloads of a topic with CAN frames mean.
public struct CANMapping: Sendable, Equatable {
    /// How frames are written in a payload.
    public enum Carrier: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// The JSON of WiCAN's raw mode.
        case wican
        /// Lines of `candump -L`.
        case candump

        /// The word used in source files.
        public var word: String {
            switch self {
            case .wican: "wican"
            case .candump: "candump"
            }
        }
    }

    public var carrier: Carrier
    public var databases: [CANDatabaseMapping]
    /// Answers to OBD-II services 01, 03, 07, 09 and 0A.
    public var takesOBD: Bool
    /// Answers to UDS 19 02.
    public var takesUDS: Bool
    /// The parameter groups of SAE J1939 that the gateway knows, and its transport.
    public var takesJ1939: Bool
    /// What a payload without frames is; `nil`: an error.
    public var otherwise: DocumentMapping?

    public init(
        carrier: Carrier, databases: [CANDatabaseMapping] = [], takesOBD: Bool = false,
        takesUDS: Bool = false, takesJ1939: Bool = false, otherwise: DocumentMapping? = nil
    ) {
        self.carrier = carrier
        self.databases = databases
        self.takesOBD = takesOBD
        self.takesUDS = takesUDS
        self.takesJ1939 = takesJ1939
        self.otherwise = otherwise
    }
}

/// A database and which of its signals are taken.
public struct CANDatabaseMapping: Sendable, Equatable {
    /// The file's name, for what is said about it.
    public var name: String
    public var database: DBCDatabase
    /// The interface or bus that it holds for, as the carrier names it; `nil`: all.
    public var bus: String?
    public var signals: [CANSignalMapping]

    public init(
        name: String, database: DBCDatabase, bus: String? = nil, signals: [CANSignalMapping]
    ) {
        self.name = name
        self.database = database
        self.bus = bus
        self.signals = signals
    }
}

/// One signal of a database and the signal of the catalogue that it is.
public struct CANSignalMapping: Sendable, Equatable {
    /// Name of the message; may be left out where only one has a signal of that name.
    public var message: String?
    /// Name in the database.
    public var name: String
    /// Path of the signal in the catalogue.
    public var signal: String
    /// Unit of the database's values; `nil`: as the database says, else the catalogue's.
    public var unit: Unit?
    /// Factor before the unit.
    public var scale: Double
    /// Bits as numbers that mean "no value".
    public var invalid: [Int64]
    /// Bits as numbers, or names of the database's table of values, that stand for values.
    public var words: [String: FieldMapping.Constant]
    /// Whether all ones mean "no value": two bits and more, unsigned, and no word of their own.
    public var isAllOnesAbsent: Bool
    /// Whether values outside of the database's bounds are dropped.
    public var keepsToBounds: Bool

    public init(
        message: String? = nil, name: String, signal: String, unit: Unit? = nil, scale: Double = 1,
        invalid: [Int64] = [], words: [String: FieldMapping.Constant] = [:],
        isAllOnesAbsent: Bool = true, keepsToBounds: Bool = true
    ) {
        self.message = message
        self.name = name
        self.signal = signal
        self.unit = unit
        self.scale = scale
        self.invalid = invalid
        self.words = words
        self.isAllOnesAbsent = isAllOnesAbsent
        self.keepsToBounds = keepsToBounds
    }
}

extension CANDatabaseMapping {
    /// Why a signal of the mapping is none of the database.
    public enum Miss: Equatable, Sendable {
        case noMessage(String)
        case noSignal(String)
        /// Several messages have a signal of that name.
        case ambiguous([String])
    }

    /// Where in the database a mapping's signal is.
    public func find(_ mapping: CANSignalMapping) -> Result<(message: Int, signal: Int), CANMiss> {
        if let name = mapping.message {
            guard let message = database.messages.firstIndex(where: { $0.name == name }) else {
                return .failure(CANMiss(.noMessage(name)))
            }
            guard
                let signal = database.messages[message].signals.firstIndex(where: {
                    $0.name == mapping.name
                })
            else { return .failure(CANMiss(.noSignal(mapping.name))) }
            return .success((message, signal))
        }
        let places = database.messages.indices.filter {
            database.messages[$0].signal(named: mapping.name) != nil
        }
        guard let place = places.first else { return .failure(CANMiss(.noSignal(mapping.name))) }
        guard places.count == 1,
            let signal = database.messages[place].signals.firstIndex(where: {
                $0.name == mapping.name
            })
        else {
            return .failure(CANMiss(.ambiguous(places.map { database.messages[$0].name })))
        }
        return .success((place, signal))
    }
}

/// A ``CANDatabaseMapping/Miss`` as an error.
public struct CANMiss: Error, Equatable, Sendable {
    public var reason: CANDatabaseMapping.Miss

    init(_ reason: CANDatabaseMapping.Miss) { self.reason = reason }

    /// A sentence for people.
    public var sentence: String {
        switch reason {
        case .noMessage(let name): "the database has no message \(name)"
        case .noSignal(let name): "the database has no signal \(name) there"
        case .ambiguous(let names): "several messages have it: \(names.joined(separator: ", "))"
        }
    }
}
