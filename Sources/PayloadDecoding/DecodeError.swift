/// Why a payload could not be decoded, and at which byte of it.
///
/// Trivial on purpose (no text, no reference): throwing one costs no allocation. Doors turn it
/// into words with ``Reason/word`` and ``sentence``.
public struct DecodeError: Error, Equatable, Hashable, Sendable, BitwiseCopyable {
    /// What was wrong.
    public enum Reason: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The payload ends in the middle of a value.
        case truncated
        /// A byte that JSON, a line of candump or whatever else it is does not allow at this place.
        case unexpectedByte
        /// Text that is not UTF-8.
        case invalidUTF8
        /// `\` followed by something that is no escape, or half a surrogate pair.
        case invalidEscape
        /// A number that no double can hold, like `1e400`.
        case numberOutOfRange
        /// More levels of objects and arrays than ``DecodingLimits/nestingMax``.
        case nestingTooDeep
        /// More readings than the room that the caller gave.
        case tooManyReadings
        /// More text than the room that the caller gave.
        case tooMuchText
        /// A payload longer than the source's limit.
        case payloadTooLarge
        /// A key that is read here stands twice in one object.
        case duplicateKey
        /// A value of another kind than the mapping says, like a text for a number.
        case wrongType
        /// A text that should be a trouble code and is none.
        case badTroubleCode
        /// A text or number that should be a time and is none, or one before
        /// ``DecodingLimits/earliestTime`` or after ``DecodingLimits/latestTime``.
        case badTime
        /// A text that should hold JSON and holds none, or none that the mapping can read.
        case badNestedDocument
        /// A declared edition of VSS other than 4, 5 and 6.
        case unknownEdition
        /// The payload names no vehicle, and the topic does not either.
        case identityMissing
        /// The payload names another vehicle than the topic, or two of them.
        case identityDisagrees
        /// A name of a vehicle that is empty, too long or holds an escape.
        case badIdentity
        /// A Protocol Buffers number of more than 64 bits.
        case badVarint
        /// A Protocol Buffers field with a deprecated or impossible wire type, or the number 0.
        case badWireType
        /// Compressed bytes that do not unpack to what they say.
        case badCompression
        /// Compressed bytes that would unpack to more than ``DecodingLimits/inflatedBytesMax``.
        case inflatedTooLarge
        /// A message made with a decoder manifest or a state template that the source's file does
        /// not hold.
        case unknownManifest
        /// A birth that names more than ``DecodingLimits/sessionBytesMax`` lets remember.
        case tooMuchState
        /// More frames of which something is made than ``DecodingLimits/framesMax``.
        case tooManyFrames
    }

    public var reason: Reason
    /// Byte position in the payload, from 0.
    public var offset: Int

    @inline(always)
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// The bounds of decoding. Each is checked before the work that it bounds.
public enum DecodingLimits {
    /// Levels of objects and arrays. The deepest real document seen has 7.
    public static let nestingMax = 32
    /// Longest payload unless a source's file says otherwise: 1 MiB, as much as the largest
    /// sender known (Tesla's server) lets through.
    public static let payloadBytesMax = 1_048_576
    /// Longest key, word or time that is compared after its escapes are resolved.
    public static let resolvedBytesMax = 256
    /// Longest name of a vehicle in a topic or payload.
    public static let vehicleNameBytesMax = 128
    /// Most levels of a topic; deeper topics belong to no source.
    public static let topicLevelsMax = 32
    /// Most time paths in one document.
    public static let timeSlotsMax = 8
    /// Places of an array that a path may name.
    public static let elementIndexMax = 256
    /// Longest JSON in a text, after its escapes are resolved.
    public static let embeddedBytesMax = 65_536
    /// Most trouble codes that one document collects out of objects.
    public static let collectedCodesMax = 1024
    /// Most dates in one document that wait for the time from which they count.
    public static let waitingSpansMax = 256
    /// Readings of one message for which the gateway has room.
    public static let readingsMax = 16_384
    /// Bytes of text in the readings of one message for which the gateway has room.
    public static let textBytesMax = 65_536
    /// Frames of one payload of which something is made: more than a busy bus has in three seconds.
    public static let framesMax = 16_384
    /// 2000-01-01: an earlier time is a clock that was never set, or seconds taken for
    /// milliseconds.
    public static let earliestTime: Int64 = 946_684_800_000
    /// 2100-01-01: a later time is milliseconds taken for seconds, or a broken clock.
    public static let latestTime: Int64 = 4_102_444_800_000
    /// Most bytes that a compressed payload may unpack to.
    public static let inflatedBytesMax = 4_194_304
    /// Senders of stateful formats that one worker remembers; with some hundred bytes each, a few
    /// megabytes.
    public static let sessionsMax = 16_384
    /// Most bytes that are remembered of one sender: the births of 4,000 metrics.
    public static let sessionBytesMax = 262_144
    /// Most bytes that one worker remembers of all its senders.
    public static let sessionBytesTotalMax: UInt64 = 67_108_864
    /// Longest name of a sender.
    public static let sessionSenderBytesMax = 512
}
