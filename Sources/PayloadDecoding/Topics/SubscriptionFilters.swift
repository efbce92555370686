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
