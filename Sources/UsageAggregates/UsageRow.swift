/// One published cell of an answer.
public struct UsageRow: Sendable, Hashable {
    /// Where the cell lies; a side that was not asked for is `nil`.
    public struct Key: Sendable, Hashable, Comparable {
        public let month: UsageMonth?
        public let model: String?
        public let powertrain: String?

        /// Month first, then model, then powertrain.
        public static func < (left: Key, right: Key) -> Bool {
            let leftMonth = left.month?.index ?? 0
            let rightMonth = right.month?.index ?? 0
            return (leftMonth, left.model ?? "", left.powertrain ?? "")
                < (rightMonth, right.model ?? "", right.powertrain ?? "")
        }
    }

    public let key: Key
    /// In `UsageMetric.unit`.
    public let value: Int64
}
