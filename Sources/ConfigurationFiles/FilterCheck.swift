import PayloadDecoding

extension YAMLMapping {
    /// Notes each filter of a list that no broker takes; `true` if all are right.
    @discardableResult
    func checkFilters(_ key: String, _ filters: [String]) -> Bool {
        var areRight = true
        for (index, filter) in filters.enumerated() {
            guard let flaw = SubscriptionFilters.flaw(in: filter) else { continue }
            areRight = false
            report(
                key, at: index, flaw,
                remedy: "write it like ovms/+/metric/#: + for one level, # for all that follow")
        }
        return areRight
    }
}
