/// Why a message was not published.
public enum PublishError: Error, Equatable, Sendable {
    /// The topic is empty, too long, has a wildcard, or belongs to the broker.
    case invalidTopic(topic: String)
    /// The topic is not on the publisher's list; see ``TopicAllowance``.
    case topicNotAllowed(topic: String)
    /// Longer than MQTT can carry, or than the broker said it takes.
    case payloadTooLarge(bytes: Int, limit: Int)
    /// The publisher's own queue stayed full for the whole time given.
    case queueFull
    /// The broker answered with a reason instead of an acknowledgement.
    case refused(MQTTRefusal)
    /// The publisher was closed; messages not yet acknowledged are counted.
    case closed(unacknowledged: Int)
    /// Not everything was acknowledged in the time given.
    case timedOut(unacknowledged: Int)

    /// What happened and what to do about it, for the operator.
    public var sentence: String {
        switch self {
        case .invalidTopic(let topic): "\"\(topic)\" is no topic that can be published on."
        case .topicNotAllowed(let topic):
            "\"\(topic)\" is not among the topics that this publisher may write to."
        case .payloadTooLarge(let bytes, let limit):
            "A payload of \(bytes) bytes exceeds the limit of \(limit)."
        case .queueFull: "The queue to the broker stayed full: the broker is slow or away."
        case .refused(let refusal): refusal.sentence
        case .closed(let count): "The publisher was closed with \(count) unacknowledged messages."
        case .timedOut(let count): "\(count) messages were not acknowledged in time."
        }
    }
}
