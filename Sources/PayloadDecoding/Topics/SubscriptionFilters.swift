/// MQTT filters as texts: `vss/+/telemetry`, `skoda/#`.
public enum SubscriptionFilters {
    /// The filters that are left when those are taken out that another one covers.
    public static func withoutCovered(_ filters: [String]) -> [String] {
        var kept: [String] = []
        for filter in filters where !kept.contains(where: { covers($0, filter) }) {
            kept.removeAll { covers(filter, $0) }
            kept.append(filter)
        }
        return kept
    }

    /// What MQTT does not allow in a filter, in words; `nil` where it is right.
    public static func flaw(in filter: String) -> String? {
        guard !filter.isEmpty else { return "the filter is empty" }
        guard filter.utf8.count <= filterBytesMax else {
            return "the filter is longer than \(filterBytesMax) bytes"
        }
        guard !filter.utf8.contains(0) else { return "the filter holds a zero character" }
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        if levels[0] == "$share" {
            return "\"\(filter)\" names a shared group, which broker.share does for all filters"
        }
        for (index, level) in levels.enumerated() {
            if level.contains("+"), level != "+" {
                return "\"\(filter)\" is no topic filter: + stands alone in its level"
            }
            guard level.contains("#") else { continue }
            if level != "#" {
                return "\"\(filter)\" is no topic filter: # stands alone in its level"
            }
            if index != levels.count - 1 {
                return "\"\(filter)\" is no topic filter: # stands in the last level alone"
            }
        }
        return nil
    }

    /// MQTT ends at 65,535; the rest is room for the name of a shared group.
    static let filterBytesMax = 65_000

    /// Whether any topic of the template is matched by the filter.
    public static func hears(_ filter: String, _ template: TopicTemplate) -> Bool {
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        return hears(levels[...], template.segments[...])
    }

    private static func hears(
        _ filter: ArraySlice<Substring>, _ template: ArraySlice<TopicTemplate.Segment>
    ) -> Bool {
        guard let level = filter.first else { return template.isEmpty }
        if level == "#" { return true }
        guard let segment = template.first else { return false }
        if case .literal(let text) = segment, level != "+", level != text { return false }
        let (rest, left) = (filter.dropFirst(), template.dropFirst())
        // A run takes one level or more.
        return hears(rest, left) || segment.isRun && hears(rest, template)
    }

    /// Whether every topic that `narrow` matches is matched by `wide` too.
    public static func covers(_ wide: String, _ narrow: String) -> Bool {
        let outer = wide.split(separator: "/", omittingEmptySubsequences: false)
        let inner = narrow.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in outer.enumerated() {
            if level == "#" { return true }
            guard index < inner.count, inner[index] != "#" else { return false }
            guard level == "+" || level == inner[index] else { return false }
        }
        return outer.count == inner.count
    }
}
