/// What a run made of the leads that were expected of it.
public struct Judgement: Sendable, Equatable {
    /// Expected and not there.
    public var missing: [LeadKey]
    /// There and not expected.
    public var unexpected: [LeadKey]
    /// There more than once.
    public var twice: [LeadKey]
    /// There as expected.
    public var right: Int

    public var isPerfect: Bool { missing.isEmpty && unexpected.isEmpty && twice.isEmpty }

    public init(expected: [LeadKey], actual: [LeadKey]) {
        var counts: [LeadKey: Int] = [:]
        for key in actual { counts[key, default: 0] += 1 }
        let wanted = Set(expected)
        missing = wanted.filter { counts[$0] == nil }.sorted()
        unexpected = counts.keys.filter { !wanted.contains($0) }.sorted()
        twice = counts.filter { $0.value > 1 }.map(\.key).sorted()
        right = wanted.count - missing.count
    }
}
