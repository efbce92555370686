public import TriggerRules
public import VehicleSignals

/// What the state store kept of an earlier run.
public struct RestoredState: Sendable {
    public var position = JournalPosition.start
    public var counters = PipelineCounters()
    public var unlinked: [UnlinkedNames.Entry] = []
    public var vehicles: [RestoredVehicle] = []

    public init() {}
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
