import VehicleSignals

/// What a worker keeps from message to message so that decoding allocates nothing. Made by
/// ``CompiledSources/makeWorkspace()``, one for each thread that decodes. Between messages only its
/// sessions mean anything: what stateful formats remember of their senders, which
/// ``CompiledSources/changedSessions(in:)`` and ``CompiledSources/restore(_:into:)`` carry over a
/// restart.
public struct DecodingWorkspace: Sendable {
    /// For each key that is read, the object in which it was last seen: tells the second of two.
    var stamps: [UInt32]
    var generation: UInt32 = 0
    var outcome = DecodeOutcome()
    var isRetained = false
    /// Times found in the document, by slot; `.min` where none.
    var slots = [Int64](repeating: .min, count: DecodingLimits.timeSlotsMax)
    /// Where the payload named its vehicle; an empty range at -1 before it did.
    var vehicleStart = -1
    var vehicleEnd = -1
    /// The last compressed payload, unpacked.
    var unpacked: [UInt8] = []
    /// The same as it was written in text, and what unpacking needs.
    var packed: [UInt8] = []
    var inflateRoom = InflateRoom()
    /// Name of the sender at work, where the topic does not hold it in one piece.
    var sender: [UInt8] = []
    /// A session's bytes while they are made anew.
    var draft: [UInt8] = []
    /// What is remembered of each sender.
    var sessions = SessionTable()
    /// Room for frames of CAN buses.
    var frames = FrameWorkspace()
    /// Places of members whose reading is not complete yet, by capture; -1 where not seen.
    var captures: [Int32] = []
    var codes = GatheredCodes()
    var spans: [WaitingSpan] = []
    var topicValues: [WaitingTopicValue] = []
    /// The JSON within a text, after its escapes were resolved.
    var scratch: [UInt8] = []
    /// The same of a text of trouble codes, which may stand in that JSON.
    var codeText: [UInt8] = []
    /// Shapes of the payloads so far, and the notes from which the next one is made.
    var shapes = ShapeMemory()
    var recorder = ShapeRecorder()

    /// Whether payloads are laid beside the shapes of earlier ones; `true` unless it is set. What
    /// they decode to is the same either way.
    public var remembersShapes: Bool {
        get { shapes.isOn }
        set { shapes.isOn = newValue }
    }

    /// How well the memory of shapes serves.
    public var shapeFigures: ShapeFigures { shapes.figures }

    init(stamps: Int) {
        self.stamps = [UInt32](repeating: 0, count: stamps)
    }

    mutating func begin(stamps count: Int, isRetained: Bool) {
        if stamps.count < count {
            // Made for an older set of sources: grows once after a reload.
            stamps = [UInt32](repeating: 0, count: count)
            generation = 0
        }
        outcome = DecodeOutcome()
        self.isRetained = isRetained
        vehicleStart = -1
        vehicleEnd = -1
        for slot in 0..<DecodingLimits.timeSlotsMax { slots[slot] = .min }
    }

    /// Starts a new object whose keys must not repeat.
    mutating func beginKeys() {
        if generation == .max {
            for index in 0..<stamps.count { stamps[index] = 0 }
            generation = 0
        }
        generation += 1
    }

    /// `false` if the key was seen in this object already.
    @inline(always)
    mutating func isFirst(_ key: Int) -> Bool {
        if stamps[key] == generation { return false }
        stamps[key] = generation
        return true
    }

    var hasVehicle: Bool { vehicleStart >= 0 }
}

/// Times that are not known yet while a document is read: a reading waits with quality `.none` and
/// the number of its slot (-1: none) in place of the milliseconds.
enum PendingTime {
    @inline(always)
    static func slot(_ slot: Int) -> Timestamp { Timestamp(milliseconds: Int64(slot)) }

    /// Gives the waiting readings from `first` on their time: the slot's, else arrival, else, for a
    /// retained message whose arrival says nothing, none at all.
    static func settle(
        _ readings: inout OutputSpan<Reading>, from first: Int, arrival: Timestamp,
        _ work: borrowing DecodingWorkspace, qualities: Span<TimeQuality>
    ) {
        for index in first..<readings.count where readings[index].timeQuality == .none {
            let slot = Int(readings[index].time.milliseconds)
            if slot >= 0, work.slots[slot] != .min {
                readings[index].time = Timestamp(milliseconds: work.slots[slot])
                readings[index].timeQuality = qualities[slot]
            } else if work.isRetained {
                readings[index].time = .distantPast
            } else {
                readings[index].time = arrival
                readings[index].timeQuality = .arrival
            }
        }
    }
}
