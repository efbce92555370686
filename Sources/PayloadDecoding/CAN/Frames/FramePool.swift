import VehicleSignals

/// One frame as its carrier brought it; its bytes lie in the pool.
struct FrameRecord: Sendable, BitwiseCopyable {
    var id: CANID
    /// First byte in ``FramePool/bytes``.
    var start: UInt32
    var length: UInt16
    /// Name of the interface or bus, as number of ``CompiledSources``; -1: none that a database is
    /// only for.
    var bus: Int16 = -1
    /// Its name in the payload; empty where it has none.
    var busStart: UInt32 = 0
    var busLength: UInt16 = 0
    /// What it is read as beside a database's fields.
    var use = FrameUse.fields
    /// The fields of a database; -1: none.
    var group: Int32 = -1
    /// Where in the payload it stands.
    var offset: UInt32
    /// When it was on the bus; `.min`: not said.
    var time: Int64 = .min
}

/// What is made of a frame.
enum FrameUse: UInt8, BitwiseCopyable {
    /// Nothing beside what a database says of it.
    case fields
    /// A control unit's answer, for which its earlier frames are needed.
    case answer
    /// A parameter group that stands for itself.
    case group
    /// A parameter group that means something together with what was said earlier.
    case rememberedGroup
}

/// The frames of one payload. All are read before the first is decoded, so that a payload that is
/// refused changes nothing. Keeps its room from message to message.
struct FramePool: Sendable {
    /// Bytes behind the last frame, so that eight can be loaded from anywhere in it.
    static let tailBytes = 16

    var frames: [FrameRecord] = []
    var bytes: [UInt8] = []
    /// Whether one of the frames needs what is remembered of its bus.
    var needsMemory = false

    mutating func removeAll() {
        needsMemory = false
        frames.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func close() {
        for _ in 0..<Self.tailBytes { bytes.append(0) }
    }

    mutating func add(_ frame: FrameRecord) throws(DecodeError) {
        guard frames.count < DecodingLimits.framesMax else {
            throw DecodeError(.tooManyFrames, at: Int(frame.offset))
        }
        frames.append(frame)
        if frame.use == .answer || frame.use == .rememberedGroup { needsMemory = true }
    }

    /// Takes back the bytes of a frame that nothing is made of.
    mutating func leaveOut(_ frame: FrameRecord) {
        bytes.removeLast(bytes.count - Int(frame.start))
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
