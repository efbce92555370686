/// A topic filter that a connection listens to.
public struct MQTTSubscription: Sendable, Equatable {
    /// The highest level at which the broker hands messages over; what vehicles publish at a
    /// higher one arrives at this one.
    ///
    /// Level 2 is left out on purpose. There the first answer (PUBREC) already makes the broker
    /// drop the content, and libmosquitto sends it before it shows the message: a process killed
    /// in between would lose what it has acknowledged. At level 1 nothing is lost, and what comes
    /// twice changes nothing downstream.
    public enum Quality: UInt8, Sendable {
        case atMostOnce = 0
        case atLeastOnce = 1
    }

    /// Which retained messages the broker sends upon subscribing (MQTT 5, retain handling).
    public enum RetainedMessages: UInt8, Sendable {
        /// At every subscribing, so after each reconnect as well.
        case always = 0
        /// Only if the session did not hold this subscription yet.
        case ifNew = 1
        case never = 2
    }

    /// The filter without `$share`, for example `vss/+/telemetry`.
    public var filter: String
    /// Name under which several connections share the messages, each message going to one of them.
    public var sharedGroup: String?
    public var quality: Quality
    public var retainedMessages: RetainedMessages
    /// Keeps the publisher's retain flag on live messages. Off by default: then the flag marks
    /// exactly the messages from the broker's store, whose age nobody knows.
    public var retainAsPublished: Bool

    public init(
        filter: String, sharedGroup: String? = nil, quality: Quality = .atLeastOnce,
        retainedMessages: RetainedMessages = .ifNew, retainAsPublished: Bool = false
    ) {
        self.filter = filter
        self.sharedGroup = sharedGroup
        self.quality = quality
        self.retainedMessages = retainedMessages
        self.retainAsPublished = retainAsPublished
    }

    /// The filter as it goes over the wire.
    public var wireFilter: String {
        guard let sharedGroup else { return filter }
        return "$share/\(sharedGroup)/\(filter)"
    }

    /// The option bits of MQTT 5 besides the quality: retain-as-published is bit 3, retain
    /// handling bits 4 and 5.
    var optionBits: Int32 {
        (retainAsPublished ? 0x08 : 0) | Int32(retainedMessages.rawValue) << 4
    }
}
