import VehicleSignals

/// One frame as its carrier brought it; its bytes lie in the pool.
struct FrameRecord: Sendable, BitwiseCopyable {
    var id: CANID
    /// First byte in ``FramePool/bytes``.
    var start: UInt32
    var length: UInt16
    /// Name of the interface or bus, as number of ``CompiledSources``; -1: none that matters.
    var bus: Int16
    /// When it was on the bus; `.min`: not said.
    var time: Int64
}

/// The frames of one payload. All are read before the first is decoded, so that a payload that is
/// refused changes nothing. Keeps its room from message to message.
struct FramePool: Sendable {
    /// Frames of one payload: more than a busy bus has in three seconds.
    static let framesMax = 16_384
    /// Bytes behind the last frame, so that eight can be loaded from anywhere in it.
    static let tailBytes = 16

    var frames: [FrameRecord] = []
    var bytes: [UInt8] = []

    mutating func removeAll() {
        frames.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func close() {
        for _ in 0..<Self.tailBytes { bytes.append(0) }
    }

    mutating func add(_ frame: FrameRecord, at offset: Int) throws(DecodeError) {
        guard frames.count < Self.framesMax else { throw DecodeError(.tooManyReadings, at: offset) }
        frames.append(frame)
    }
}

/// What decoding of frames keeps from message to message, within the workspace.
struct FrameWorkspace: Sendable {
    var pool = FramePool()
    var session = CANSession()
    /// A message that was put together from several frames, and the tail behind it.
    var message: [UInt8] = []
    /// The session as it is to be stored.
    var stored: [UInt8] = []
}
