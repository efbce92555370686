/// What one payload brought besides its readings. Counts are per message.
public struct DecodeOutcome: Equatable, Sendable, BitwiseCopyable {
    /// Readings that were appended.
    public var readings: UInt32 = 0
    /// Names that no signal or mapping knows.
    public var unknownSignals: UInt32 = 0
    /// Values that the source marks as absent: `null`, a sentinel, an empty payload.
    public var absent: UInt32 = 0
    /// Values outside datatype, minimum, maximum or the allowed words: treated as absent.
    public var outOfRange: UInt32 = 0
    /// Messages of several frames that were given up: a frame missing, out of turn or senseless.
    public var droppedTransfers: UInt32 = 0
    /// Metrics that only a birth could explain, and none did: dropped, never guessed.
    public var unexplained: UInt32 = 0
    /// The sender should be asked for its births: something was missed. Whether it may be, and with
    /// what, says ``CompiledSources/rebirthRequest(_:topic:now:)``. Stands in every message until
    /// the births come, so ask seldom: once a minute a node is plenty.
    public var wantsRebirth = false

    @inline(always)
    public init() {}

    public init(readings: UInt32, unknownSignals: UInt32, absent: UInt32, outOfRange: UInt32) {
        self.readings = readings
        self.unknownSignals = unknownSignals
        self.absent = absent
        self.outOfRange = outOfRange
    }
}
