public import PayloadDecoding
public import TriggerRules
public import VehicleSignals

/// What the state store kept of an earlier run.
public struct RestoredState: Sendable {
    public var position = JournalPosition.start
    public var counters = PipelineCounters()
    public var unlinked: [UnlinkedNames.Entry] = []
    /// The highest number of an unlinked name that stands in the store, whoever had it.
    public var highestUnlinked = VehicleKey.unknown
    public var vehicles: [RestoredVehicle] = []
    /// What stateful formats remember of their senders.
    public var sessions: [SessionExport] = []
    /// What the rules knew beside signals; `nil` if the store does not say.
    public var basis: DecisionBasis?

    public init() {}
}

/// What decisions rest on beside signals. Where it has changed while nothing ran, every vehicle is
/// looked at again after the start.
public struct DecisionBasis: Sendable, Hashable {
    /// See ``VehicleRegistry/version``.
    public var registryVersion: Int64
    /// See ``TriggerRules/RuleSet/fingerprint``.
    public var rules: UInt64

    public init(registryVersion: Int64, rules: UInt64) {
        self.registryVersion = registryVersion
        self.rules = rules
    }
}

/// A vehicle's state read back.
public struct RestoredVehicle: Sendable {
    public var key: VehicleKey
    public var slot: VehicleSlot

    public init(key: VehicleKey, slot: VehicleSlot) {
        self.key = key
        self.slot = slot
    }
}

/// The pipeline was stopped while something waited for it.
public struct PipelineStopped: Error, Sendable, CustomStringConvertible {
    public var description: String { "the pipeline is stopped; start the gateway again" }
}

/// The workers or the customer store are held up, so a snapshot could not be taken now.
public struct PipelineHeldUp: Error, Sendable, CustomStringConvertible {
    public var seconds: Int64

    public var description: String {
        "no snapshot within \(seconds) s: firings cannot be stored, or the workers are far "
            + "behind; nothing is lost, and the next one holds everything"
    }
}
