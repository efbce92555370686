/// What a publisher may write to; given when it is made and never widened. Vehicles' topics stay
/// out of reach of the gateway because they are not on its list.
public struct TopicAllowance: Sendable, Equatable {
    /// `nil` allows everything.
    private let prefixes: [String]?

    private init(prefixes: [String]?) { self.prefixes = prefixes }

    /// Every topic; for simulators and replays, which stand in for vehicles.
    public static let everything = TopicAllowance(prefixes: nil)

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
        self.init(prefixes: whole)
    }

    /// - Throws: ``PublishError/invalidTopic(topic:)`` if it is no topic name,
    ///   ``PublishError/topicNotAllowed(topic:)`` if it is none of this list.
    public func check(_ topic: String) throws(PublishError) {
        guard TopicName.isValid(topic) else { throw .invalidTopic(topic: topic) }
        guard let prefixes else { return }
        for prefix in prefixes where Self.lies(topic.utf8, within: prefix.utf8) { return }
        throw .topicNotAllowed(topic: topic)
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
