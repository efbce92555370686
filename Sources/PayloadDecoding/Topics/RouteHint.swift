import VehicleSignals

/// Which templates the topics before this one led to: for whoever routes one topic after the other.
/// It only says what to look at first; the route is the same without it.
public struct RouteHint: Sendable, BitwiseCopyable {
    /// The set of sources that the numbers belong to.
    var sources: UInt64 = 0
    /// By the number of levels and the first byte.
    var memories = InlineArray<16, RouteMemory>(repeating: RouteMemory())

    public init() {}

    @inline(always)
    static func place(_ topic: RawSpan, _ count: Int) -> Int {
        Int(truncatingIfNeeded: topic.word(from: 0) & 0xFF &+ UInt64(count) &* 5) & 15
    }
}

/// A template that a topic led to, and the better ones that topics like it may match: with as many
/// levels and, where that alone leaves too many, the same first level.
struct RouteMemory: Sendable, BitwiseCopyable {
    static let rivalsMax = 4
    static let firstLevelMax = 16

    /// -1: none yet.
    var template: Int32 = -1
    var levels: UInt8 = 0
    var rivalCount: UInt8 = 0
    var rivals = InlineArray<4, UInt16>(repeating: 0)
    /// The first level; a length of 0 stands for any.
    var firstLength: UInt8 = 0
    var first: UInt64 = 0
    var second: UInt64 = 0

    /// Whether the first level is that one.
    @inline(always)
    func isLike(_ topic: RawSpan, _ count: Int, firstLength length: UInt32) -> Bool {
        guard Int(levels) == count else { return false }
        guard firstLength > 0 else { return true }
        guard UInt32(firstLength) == length else { return false }
        return topic.firstBytes(length) == first && topic.secondBytes(length) == second
    }
}

extension RawSpan {
    /// The first eight of `count` bytes.
    @inline(always)
    fileprivate func firstBytes(_ count: UInt32) -> UInt64 {
        let bytes = word(from: 0)
        return count >= 8 ? bytes : bytes & ((1 &<< UInt64(count &* 8)) &- 1)
    }

    /// The others of at most sixteen.
    @inline(always)
    fileprivate func secondBytes(_ count: UInt32) -> UInt64 {
        guard count > 8 else { return 0 }
        let bytes = word(from: 8)
        return count >= 16 ? bytes : bytes & ((1 &<< UInt64((count &- 8) &* 8)) &- 1)
    }
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
    /// The best template that `topic` matches. Looks first at the one that the last topic like it
    /// led to.
    func route(_ topic: RawSpan, names: NameTable, after hint: inout RouteHint) -> Route? {
        guard topic.byteCount > 0, topic.byteCount <= MessageBatch.topicBytesMax else { return nil }
        var storage = InlineArray<33, UInt32>(repeating: 0)
        var writable = storage.mutableSpan
        let count = findLevels(topic, &writable)
        guard count > 0 else { return nil }
        let starts = storage.span
        let place = RouteHint.place(topic, count)
        let known = hint.memories[place]
        if known.template >= 0, known.isLike(topic, count, firstLength: starts[1] &- 1),
            isBest(known, topic, starts, count)
        {
            return captures(Int(known.template), topic, starts, count)
        }
        guard let found = best(topic, names: names, starts, count) else { return nil }
        if let memory = memory(of: found, topic, starts, count) { hint.memories[place] = memory }
        return captures(found, topic, starts, count)
    }

    @inline(always)
    private func isBest(
        _ known: RouteMemory, _ topic: RawSpan, _ starts: Span<UInt32>, _ count: Int
    ) -> Bool {
        let isBrokersOwn = topic.byte(at: 0) == UInt8(ascii: "$")
        guard matches(Int(known.template), topic, starts, count, isBrokersOwn) else { return false }
        for place in 0..<Int(known.rivalCount)
        where matches(Int(known.rivals[place]), topic, starts, count, isBrokersOwn) {
            return false
        }
        return true
    }

    /// What is to be known of a template so that topics like this one need no look-up; `nil` where
    /// too many better templates might match them.
    @inline(never)
    private func memory(
        of template: Int, _ topic: RawSpan, _ starts: Span<UInt32>, _ count: Int
    ) -> RouteMemory? {
        let length = starts[1] &- 1
        var memory = RouteMemory()
        memory.template = Int32(template)
        memory.levels = UInt8(count)
        if addRivals(&memory, template, topic, count) { return memory }
        guard length > 0, Int(length) <= RouteMemory.firstLevelMax else { return nil }
        memory.firstLength = UInt8(length)
        memory.first = topic.firstBytes(length)
        memory.second = topic.secondBytes(length)
        return addRivals(&memory, template, topic, count) ? memory : nil
    }

    /// `false` if there are too many that topics with so many levels, and the first level where
    /// one is noted, might match.
    private func addRivals(
        _ memory: inout RouteMemory, _ template: Int, _ topic: RawSpan, _ count: Int
    ) -> Bool {
        memory.rivalCount = 0
        for place in rivals.range(of: template) {
            let rival = templates[rivals.template(place)]
            let fixed = Int(rival.leading) + Int(rival.trailing)
            guard rival.hasRun ? count > fixed : count == fixed else { continue }
            if memory.firstLength > 0, rival.leading > 0,
                segments[Int(rival.segments)].kind == .literal
            {
                let first = segments[Int(rival.segments)]
                guard Int(first.length) == Int(memory.firstLength),
                    literals.isHeld(
                        by: topic, at: 0, from: first.offset, count: Place(first.length))
                else { continue }
            }
            guard Int(memory.rivalCount) < RouteMemory.rivalsMax else { return false }
            memory.rivals[Int(memory.rivalCount)] = UInt16(rivals.template(place))
            memory.rivalCount += 1
        }
        return true
    }
}
