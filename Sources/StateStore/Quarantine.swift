public import VehicleSignals

/// A message that could not be decoded: where it is, why, and its bytes.
public struct QuarantinedMessage: Sendable, Hashable {
    /// Its place in the journal, where the whole message is for as long as that is kept.
    public var position: JournalPosition
    public var messageIndex: Int
    public var source: String
    public var mappingVersion: String
    /// A short code that can be counted, `not_json` for instance.
    public var reason: String
    /// Where in the payload the decoder stopped.
    public var byteOffset: Int?
    /// Plain words.
    public var detail: String
    public var arrival: Timestamp
    /// What came with the message; a retained one stays of unknown age when it is decoded again.
    public var flags: MessageFlags
    public var topic: [UInt8]
    public var payload: [UInt8]

    public init(
        position: JournalPosition, messageIndex: Int, source: String, mappingVersion: String,
        reason: String, byteOffset: Int?, detail: String, arrival: Timestamp,
        flags: MessageFlags = [], topic: [UInt8], payload: [UInt8]
    ) {
        self.position = position
        self.messageIndex = messageIndex
        self.source = source
        self.mappingVersion = mappingVersion
        self.reason = reason
        self.byteOffset = byteOffset
        self.detail = detail
        self.arrival = arrival
        self.flags = flags
        self.topic = topic
        self.payload = payload
    }
}

/// What became of a quarantined message.
public enum QuarantineStanding: String, Sendable, CaseIterable {
    /// Waits for a mended mapping.
    case open
    /// Somebody asked for it to be decoded again; the running gateway takes it.
    case retry
    /// Handed in again as a new message: what became of it stands there, under a place of its own
    /// if it could not be decoded again.
    case retried
    /// Given up by the operator.
    case dropped
}

/// A quarantined message as it is kept.
public struct QuarantineEntry: Sendable, Hashable {
    /// Ascending with the time of storing; never given twice.
    public var id: Int64
    /// Its payload is cut to the limit of the store.
    public var message: QuarantinedMessage
    /// Length of the payload before it was cut.
    public var payloadLength: Int
    public var standing: QuarantineStanding

    public init(
        id: Int64, message: QuarantinedMessage, payloadLength: Int, standing: QuarantineStanding
    ) {
        self.id = id
        self.message = message
        self.payloadLength = payloadLength
        self.standing = standing
    }

    /// Whether only the beginning of the payload is kept.
    public var isTruncated: Bool { payloadLength > message.payload.count }
}

/// How much is in quarantine.
public struct QuarantineFigures: Sendable, Equatable {
    public var open = 0
    public var retry = 0
    public var retried = 0
    public var dropped = 0
    /// Bytes of topics and payloads kept.
    public var bytes: Int64 = 0
    /// Open messages that had to make room for newer ones, ever.
    public var lostForRoom: Int64 = 0
    /// Open messages that were removed for their age, ever.
    public var lostForAge: Int64 = 0

    public init() {}
}

/// What the store may keep at most.
public struct StateStoreLimits: Sendable, Equatable {
    /// Messages in quarantine; at 300 bytes each some 3 MB.
    public var quarantineCountMax = 10_000
    /// Bytes in quarantine: 10,000 messages of 6 KB.
    public var quarantineBytesMax: Int64 = 64 << 20
    /// Bytes of one payload that are kept; the rest is only in the journal.
    public var quarantinePayloadBytesMax = 64 << 10

    public init() {}
}
