public import VehicleSignals

/// Everything that one save writes.
public struct StateFlush: Sendable {
    /// Journal position up to which all of this is applied.
    public var position: JournalPosition
    /// Counters in whatever form their owner gives them.
    public var counters: [UInt8]
    /// What decisions rested on beside signals, in whatever form its owner gives it.
    public var basis: String = ""
    /// The lists by whose numbers `vehicles` were written.
    public var catalogue: StoredCatalogue
    /// States of vehicles that changed since the last save.
    public var vehicles = PackedStates()
    /// Days that changed; each replaces what is stored, unless that is of a later position.
    public var days: [VehicleDayRow] = []
    /// Names that are new or were heard again.
    public var unlinked: [UnlinkedName] = []
    /// Unlinked numbers that turned out to be vehicles.
    public var joins: [VehicleJoin] = []
    /// Numbers whose state, days and name are to be removed: names that nobody linked in time.
    public var removed: [VehicleKey] = []
    /// What stateful formats remember of their senders, the later word last.
    public var sessions: [SessionRow] = []
    /// Messages that could not be decoded since the last save.
    public var quarantine: [QuarantinedMessage] = []

    public init(position: JournalPosition, counters: [UInt8], catalogue: StoredCatalogue) {
        self.position = position
        self.counters = counters
        self.catalogue = catalogue
    }
}

/// What the numbers in a vehicle's state mean: signals, sources, and what made values, each in the
/// order of their numbers.
public struct StoredCatalogue: Sendable, Hashable {
    public var paths: [String]
    public var sources: [String]
    /// The first has number 1.
    public var origins: [StoredOrigin]

    public init(paths: [String], sources: [String], origins: [StoredOrigin] = []) {
        self.paths = paths
        self.sources = sources
        self.origins = origins
    }
}

/// A source in one version of its mapping. Either may be any text.
public struct StoredOrigin: Sendable, Hashable {
    public var source: String
    public var mappingVersion: String

    public init(source: String, mappingVersion: String) {
        self.source = source
        self.mappingVersion = mappingVersion
    }
}

/// An unlinked number whose name now leads to a vehicle.
public struct VehicleJoin: Sendable, Hashable {
    public var number: VehicleKey
    public var vehicle: VehicleKey

    public init(number: VehicleKey, vehicle: VehicleKey) {
        self.number = number
        self.vehicle = vehicle
    }
}
