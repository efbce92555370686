/// What a publisher may write to; given when it is made and never widened. Vehicles' topics stay
/// out of reach of the gateway because they are not on its list.
public struct TopicAllowance: Sendable, Equatable {
    private enum Kind: Equatable {
        case everything
        case below([String])
        case matching([String])
    }

    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// Every topic; for simulators and replays, which stand in for vehicles.
    public static let everything = TopicAllowance(.everything)

    /// Only topics with the levels of one of these filters, a `+` standing for one level of any
    /// name: `spBv1.0/plant/NCMD/+` allows `spBv1.0/plant/NCMD/CAR1` and nothing below it.
    /// - Throws: ``PublishError/invalidTopic(topic:)`` for what is no filter, or has `#`; an empty
    ///   list allows nothing.
    public init(matching filters: [String]) throws(PublishError) {
        for filter in filters where !TopicFilter.isValid(filter) || filter.contains("#") {
            throw .invalidTopic(topic: filter)
        }
        self.init(.matching(filters))
    }

    /// Only these topics and what lies below them, level by level: `turnpike/leads` allows
    /// `turnpike/leads` and `turnpike/leads/42`, not `turnpike/leadsheet`.
    /// - Throws: ``PublishError/invalidTopic(topic:)`` for a prefix that is empty or has a
    ///   wildcard; an empty list allows nothing.
    public init(below prefixes: [String]) throws(PublishError) {
        var whole: [String] = []
        for prefix in prefixes {
            var prefix = prefix
            while prefix.hasSuffix("/") { prefix.removeLast() }
            guard TopicName.isValid(prefix) else { throw .invalidTopic(topic: prefix) }
            whole.append(prefix)
        }
        self.init(.below(whole))
    }

    /// - Throws: ``PublishError/invalidTopic(topic:)`` if it is no topic name,
    ///   ``PublishError/topicNotAllowed(topic:)`` if it is none of this list.
    public func check(_ topic: String) throws(PublishError) {
        guard TopicName.isValid(topic) else { throw .invalidTopic(topic: topic) }
        let isAllowed =
            switch kind {
            case .everything: true
            case .below(let prefixes):
                prefixes.contains { Self.lies(topic.utf8, within: $0.utf8) }
            case .matching(let filters): filters.contains { Self.matches($0, topic) }
            }
        guard isAllowed else { throw .topicNotAllowed(topic: topic) }
    }

    private static func matches(_ filter: String, _ topic: String) -> Bool {
        let wanted = filter.split(separator: "/", omittingEmptySubsequences: false)
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        return wanted.count == levels.count
            && zip(wanted, levels).allSatisfy { $0 == "+" || $0 == $1 }
    }

    private static func lies(_ topic: String.UTF8View, within prefix: String.UTF8View) -> Bool {
        guard topic.starts(with: prefix) else { return false }
        let rest = topic.dropFirst(prefix.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "/")
    }
}

enum TopicName {
    /// A name to publish on: 1–65,535 bytes, no wildcard, no NUL, not the broker's own (`$…`).
    static func isValid(_ topic: String) -> Bool {
        let bytes = topic.utf8
        guard (1...65_535).contains(bytes.count), bytes.first != UInt8(ascii: "$") else {
            return false
        }
        return !bytes.contains {
            $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") || $0 == 0
        }
    }
}

enum TopicFilter {
    /// A filter to subscribe to: wildcards stand alone in their level, `#` in the last one.
    static func isValid(_ filter: String) -> Bool {
        guard (1...65_000).contains(filter.utf8.count), !filter.utf8.contains(0) else {
            return false
        }
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() {
            if level.contains("+"), level != "+" { return false }
            if level.contains("#"), level != "#" || index != levels.count - 1 { return false }
        }
        return true
    }

    static func isValidGroup(_ group: String) -> Bool {
        !group.isEmpty && group.utf8.count <= 500
            && !group.utf8.contains {
                $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#")
                    || $0 == 0
            }
    }
}
