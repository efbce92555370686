/// Messages of one round as one run of bytes: what the link fills, the journal stores as it is,
/// and the pipeline reads back, without a copy in between.
///
/// ```
/// header, 40 bytes     magic "TPB2" · messages u32 · gated u32 · 0 u32 · arrival base i64 ms
///                      · offset of the table u64 · check u64 (of header and table)
/// message, 16 bytes +  check u32 · flags u8 · 0 u8 · topic length u16 · payload length u32
///                      · arrival u32 ms after the base · topic · payload
/// table                one u32 a message: where it begins
/// ```
/// All little-endian. The check of a message covers its place too, so that a whole message at a
/// wrong place is noticed. A batch is open (messages may be appended) until ``seal()``.
public struct MessageBatch: Sendable {
    /// Longest topic that MQTT allows, in bytes.
    public static let topicBytesMax = 65_535
    /// Largest batch: offsets are 32 bits wide, and SQLite rows end at 1,000,000,000 bytes.
    public static let bytesMax = 900_000_000

    static let headerBytes = 40
    static let messageHeaderBytes = 16
    static let magic: UInt32 = 0x3242_5054

    var storage: [UInt8]
    var offsets: [UInt32]
    /// Arrival of the first message; the others count from it.
    public private(set) var arrivalBase: Timestamp
    /// Messages that the telemetry gate dropped while this batch was filled. Counted here so that
    /// the count becomes durable together with the batch.
    public var gatedCount: UInt32
    public private(set) var isSealed: Bool

    /// An empty, open batch with room for `reservingBytes`.
    public init(reservingBytes: Int = 0) {
        storage = []
        storage.reserveCapacity(max(reservingBytes, Self.headerBytes))
        storage.append(contentsOf: repeatElement(0, count: Self.headerBytes))
        offsets = []
        arrivalBase = .distantPast
        gatedCount = 0
        isSealed = false
    }

    /// Sealed bytes whose table is not read yet; see `init(verifying:)`.
    init(unverified bytes: [UInt8]) {
        storage = bytes
        offsets = []
        arrivalBase = .distantPast
        gatedCount = 0
        isSealed = true
    }

    mutating func setArrivalBase(_ time: Timestamp) { arrivalBase = time }

    /// Messages in the batch, blanked ones included.
    public var count: Int { offsets.count }
    public var isEmpty: Bool { offsets.isEmpty }
    /// Size in bytes, table included once sealed.
    public var byteCount: Int { storage.count }
    /// The sealed bytes as the journal stores them.
    public var bytes: [UInt8] { storage }

    /// Makes the batch empty and open again, keeping its memory.
    public mutating func removeAll() {
        storage.removeAll(keepingCapacity: true)
        storage.append(contentsOf: repeatElement(0, count: Self.headerBytes))
        offsets.removeAll(keepingCapacity: true)
        arrivalBase = .distantPast
        gatedCount = 0
        isSealed = false
    }

    /// Appends a message. The caller ends a batch well before ``bytesMax``.
    /// - Precondition: the batch is open and `topic` no longer than ``topicBytesMax``.
    public mutating func append(
        topic: RawSpan, payload: RawSpan, flags: MessageFlags, arrival: Timestamp
    ) {
        precondition(!isSealed, "a sealed batch takes no message")
        precondition(topic.byteCount <= Self.topicBytesMax, "MQTT topics end at 65,535 bytes")
        if offsets.isEmpty { arrivalBase = arrival }
        let start = storage.count
        offsets.append(UInt32(start))
        let delta = UInt32(clamping: arrival.milliseconds &- arrivalBase.milliseconds)
        // The check comes last, when what it covers lies in place.
        storage.append(
            0, UInt32(flags.rawValue) | UInt32(topic.byteCount) << 16, UInt32(payload.byteCount),
            delta)
        storage.append(bytesOf: topic)
        storage.append(bytesOf: payload)
        let length = storage.count - start - 4
        let check = unsafe storage.span.bytes.stableHash(
            from: start + 4, count: length, seed: UInt64(start))
        storage.store(UInt32(truncatingIfNeeded: check), at: start)
    }

    /// Closes the batch: writes the header and the table of offsets.
    public mutating func seal() {
        precondition(!isSealed, "a batch is sealed once")
        let table = storage.count
        storage.append(table: offsets)
        storage.store(Self.magic, at: 0)
        storage.store(UInt32(offsets.count), at: 4)
        storage.store(gatedCount, at: 8)
        storage.store(UInt32(0), at: 12)
        storage.store(UInt64(bitPattern: arrivalBase.milliseconds), at: 16)
        storage.store(UInt64(table), at: 24)
        let check = unsafe Self.headerCheck(storage.span.bytes, table: table)
        storage.store(check, at: 32)
        isSealed = true
    }

    /// Where message `index` lies. Read its bytes through ``withBytes(_:)`` with these offsets.
    public func message(_ index: Int) -> MessageView {
        let start = Int(offsets[index])
        let bytes = unsafe storage.span.bytes
        let word = bytes.word32(at: start + 4)
        return MessageView(
            flags: MessageFlags(rawValue: UInt8(truncatingIfNeeded: word)),
            arrival: Timestamp(
                milliseconds: arrivalBase.milliseconds &+ Int64(bytes.word32(at: start + 12))),
            topicOffset: start + Self.messageHeaderBytes,
            topicLength: Int(word >> 16),
            payloadLength: Int(bytes.word32(at: start + 8)))
    }

    /// Hands out the raw bytes, into which the offsets of ``MessageView`` point.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(storage.span.bytes)
    }

    static func headerCheck(_ bytes: RawSpan, table: Int) -> UInt64 {
        let head = bytes.stableHash(from: 0, count: 32)
        return bytes.stableHash(from: table, count: bytes.byteCount - table, seed: head)
    }
}

/// What came with a message besides its bytes.
public struct MessageFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bits 0–1 hold the quality of service, 0–2.
    public init(qualityOfService: Int, isRetained: Bool, isDuplicate: Bool) {
        rawValue = UInt8(qualityOfService & 3) | (isRetained ? 4 : 0) | (isDuplicate ? 8 : 0)
    }

    public var qualityOfService: Int { Int(rawValue & 3) }
    public static let retained = MessageFlags(rawValue: 4)
    /// The broker marked it as sent before.
    public static let duplicate = MessageFlags(rawValue: 8)
    /// Its bytes were erased on somebody's request; it decodes to nothing.
    public static let blanked = MessageFlags(rawValue: 16)
}

/// The place of one message in its batch.
public struct MessageView: Sendable, BitwiseCopyable {
    public var flags: MessageFlags
    public var arrival: Timestamp
    public var topicOffset: Int
    public var topicLength: Int
    public var payloadLength: Int

    @inline(always)
    public var payloadOffset: Int { topicOffset + topicLength }
}
