import VehicleSignals

/// Which templates the topics before this one led to: for whoever routes one topic after the other.
/// It only says what to look at first; the route is the same without it.
public struct RouteHint: Sendable, BitwiseCopyable {
    /// The set of sources that the numbers belong to.
    var sources: UInt64 = 0
    /// By the number of levels, 8 and more together: the template; -1: none yet.
    var templates = InlineArray<8, Int32>(repeating: -1)

    public init() {}
}

/// The better templates that could match a topic which a template matches. Mostly there are none,
/// and then one look tells the route.
struct TopicRivals: Sendable {
    private let starts: [Int32]
    private let rivals: [UInt16]

    init(
        _ templates: [CompiledTemplate], _ segments: [CompiledSegment], literals: [UInt8]
    ) {
        var starts: [Int32] = [0]
        var rivals: [UInt16] = []
        for (index, template) in templates.enumerated() {
            let levels = TemplateLevels(template, segments, literals)
            for (better, other) in templates[..<index].enumerated()
            where levels.mayMeet(TemplateLevels(other, segments, literals)) {
                rivals.append(UInt16(better))
            }
            starts.append(Int32(rivals.count))
        }
        self.starts = starts
        self.rivals = rivals
    }

    @inline(always)
    func range(of template: Int) -> Range<Int> {
        Int(starts[template])..<Int(starts[template + 1])
    }

    @inline(always)
    func template(_ place: Int) -> Int { Int(rivals[place]) }
}

/// What a template asks of each level, from the left and from the right; `nil`: nothing certain.
private struct TemplateLevels {
    var fromLeft: [[UInt8]?]
    var fromRight: [[UInt8]?]
    var count: Int
    var hasRun: Bool

    init(_ template: CompiledTemplate, _ segments: [CompiledSegment], _ literals: [UInt8]) {
        let first = Int(template.segments)
        let leading = Int(template.leading)
        count = leading + Int(template.trailing)
        hasRun = template.hasRun
        let all = segments[first..<(first + count)].map { segment -> [UInt8]? in
            guard segment.kind == .literal else { return nil }
            let start = Int(segment.offset)
            return Array(literals[start..<(start + Int(segment.length))])
        }
        fromLeft = Array(all[..<leading])
        fromRight = (template.hasRun ? Array(all[leading...]) : all).reversed()
    }

    /// Whether one topic might match both. `true` where it is not certain that none does.
    func mayMeet(_ other: TemplateLevels) -> Bool {
        switch (hasRun, other.hasRun) {
        case (false, false): if count != other.count { return false }
        case (false, true): if count <= other.count { return false }
        case (true, false): if other.count <= count { return false }
        case (true, true): break
        }
        for (left, right) in zip(fromLeft, other.fromLeft) + zip(fromRight, other.fromRight) {
            if let left, let right, left != right { return false }
        }
        return true
    }

    private func zip(_ left: [[UInt8]?], _ right: [[UInt8]?]) -> [([UInt8]?, [UInt8]?)] {
        Array(Swift.zip(left, right))
    }
}

extension TopicTable {
    /// The best template that `topic` matches. Looks first at the one that the last topic with as
    /// many levels led to.
    func route(_ topic: RawSpan, names: NameTable, after hint: inout RouteHint) -> Route? {
        guard topic.byteCount > 0, topic.byteCount <= MessageBatch.topicBytesMax else { return nil }
        var storage = InlineArray<33, UInt32>(repeating: 0)
        var writable = storage.mutableSpan
        let count = findLevels(topic, &writable)
        guard count > 0 else { return nil }
        let starts = storage.span
        let place = min(count, hint.templates.count - 1)
        let last = Int(hint.templates[place])
        if last >= 0, isBest(last, topic, starts, count) {
            return captures(last, topic, starts, count)
        }
        let found = best(topic, names: names, starts, count)
        guard let found else { return nil }
        hint.templates[place] = Int32(found)
        return captures(found, topic, starts, count)
    }

    @inline(always)
    private func isBest(
        _ template: Int, _ topic: RawSpan, _ starts: Span<UInt32>, _ count: Int
    ) -> Bool {
        let isBrokersOwn = topic.byte(at: 0) == UInt8(ascii: "$")
        guard matches(template, topic, starts, count, isBrokersOwn) else { return false }
        for place in rivals.range(of: template)
        where matches(rivals.template(place), topic, starts, count, isBrokersOwn) {
            return false
        }
        return true
    }
}
