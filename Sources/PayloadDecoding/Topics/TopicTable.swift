import VehicleSignals

/// One level of a compiled template.
struct CompiledSegment: Sendable, BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable { case literal, vehicle, field, any, pattern }
    var kind: Kind
    /// A literal's place in ``TopicTable/literals``, or a pattern's in ``TopicTable/patterns``.
    var offset: UInt32 = 0
    var length: UInt16 = 0
}

/// A template as two runs of levels: `leading` counted from the left, `trailing` from the right,
/// and between them one or more levels where there is a run.
struct CompiledTemplate: Sendable, BitwiseCopyable {
    var source: SourceID
    var segments: Int32
    var leading: UInt8
    var trailing: UInt8
    var hasRun: Bool
    var runIsField: Bool
    var content: CompiledContent
    /// Layout of document and field templates, of frames and of protobuf ones; -1 otherwise.
    var layout: Int32
    /// The edge of the field where the template stands for one field alone; -1: the topic says it.
    var fixedEdge: Int32 = -1
    /// The levels of vehicle and field, from the left or from the right as -1, -2, …; `nowhere`
    /// where a run or a pattern holds them, or nothing.
    var vehicleLevel = nowhere
    var fieldLevel = nowhere
    var hasPattern = false

    static let nowhere = Int8.min

    @inline(always)
    static func level(_ level: Int8, of count: Int) -> Int {
        level >= 0 ? Int(level) : count &+ Int(level)
    }
}

/// What the payloads of a template are.
enum CompiledContent: UInt8, Sendable, BitwiseCopyable {
    case native, document, documents, packed, fields, text, ignored, can, protobuf

    /// Whether payloads are worth remembering as a shape.
    @inline(always)
    var hasShapes: Bool { self == .native || self == .document }
}

/// All templates of all sources.
///
/// Each template hangs on one of its literals, its *anchor*: which literal, and at which level from
/// the left or from the right. For each distinct place of an anchor the topic's level there is
/// looked up once; what the look-up yields is compared level by level. So the cost grows with the
/// number of different places, not with the number of templates. Templates are held best first
/// (no run before run, more literals before fewer, then the order of the files): of several that
/// match, the first holds.
struct TopicTable: Sendable {
    struct AnchorPlace: Sendable, BitwiseCopyable {
        var scope: UInt32
        /// Level from the left, or from the right as -1, -2, …
        var level: Int8
        /// The lengths of the literals there, and their first bytes, by their last six bits: most
        /// topics show with these that a look-up would find nothing.
        var lengths: UInt64 = 0
        var firstBytes: UInt64 = 0

        mutating func admit(_ literal: String) {
            lengths |= 1 &<< UInt64(literal.utf8.count & 63)
            firstBytes |= 1 &<< UInt64((literal.utf8.first ?? 0) & 63)
        }

        @inline(always)
        func mayHold(_ topic: RawSpan, from start: Int, count: Int) -> Bool {
            let first =
                count == 0 ? 0 : topic.word(from: Place(truncatingIfNeeded: start)) & 63
            return (lengths &>> UInt64(truncatingIfNeeded: count & 63))
                & (firstBytes &>> first) & 1 == 1
        }
    }

    struct Candidates: Sendable, BitwiseCopyable {
        var start: Int32
        var count: Int32
    }

    let templates: [CompiledTemplate]
    let segments: [CompiledSegment]
    let literals: [UInt8]
    let patterns: [CompiledPattern]
    let places: [AnchorPlace]
    let candidates: [Candidates]
    let candidateTemplates: [UInt16]
    /// Templates without any literal: always compared.
    let unanchored: [UInt16]
    /// The templates as written, for doors.
    let texts: [String]
    let rivals: TopicRivals
}

/// Where the levels of one topic begin: `starts[i]` is the first byte of level i, `starts[count]`
/// lies one byte behind the end, where a further slash would be. A span, since indexing an inline
/// array that was handed over copies all of it.
private struct TopicLevel: BitwiseCopyable {
    var start: Int
    var length: Int

    @inline(always)
    init(_ starts: Span<UInt32>, _ level: Int) {
        start = Int(starts[level])
        length = Int(starts[level + 1]) - start - 1
    }
}

/// Notes where the levels begin; their number, or 0 if there are more than allowed.
func findLevels(_ topic: RawSpan, _ starts: inout MutableSpan<UInt32>) -> Int {
    let end = topic.byteCount
    var count = 1
    var index = 0
    while index < end {
        // The top bit of each of eight bytes that is a slash; none carries into the next.
        let lanes = topic.word(from: Place(truncatingIfNeeded: index)) ^ 0x2F2F_2F2F_2F2F_2F2F
        let low = (lanes & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F
        var slashes = ~(low | lanes | 0x7F7F_7F7F_7F7F_7F7F)
        while slashes != 0 {
            guard count < DecodingLimits.topicLevelsMax else { return 0 }
            let place = index &+ slashes.trailingZeroBitCount &>> 3
            starts[count] = UInt32(truncatingIfNeeded: place &+ 1)
            count &+= 1
            slashes &= slashes &- 1
        }
        index &+= 8
    }
    starts[count] = UInt32(end + 1)
    return count
}

extension TopicTable {
    /// The best template that `topic` matches.
    func route(_ topic: RawSpan, names: NameTable) -> Route? {
        guard topic.byteCount > 0, topic.byteCount <= MessageBatch.topicBytesMax else { return nil }
        var storage = InlineArray<33, UInt32>(repeating: 0)
        var writable = storage.mutableSpan
        let count = findLevels(topic, &writable)
        guard count > 0 else { return nil }
        let found = best(topic, names: names, storage.span, count)
        return found.map { captures($0, topic, storage.span, count) }
    }

    /// The same for levels that are known.
    func best(
        _ topic: RawSpan, names: NameTable, _ starts: Span<UInt32>, _ count: Int
    ) -> Int? {
        // `$SYS/…` and the like are the broker's own; no template of vehicles begins with `$`
        // unless it says so literally.
        let isBrokersOwn = topic.byte(at: 0) == UInt8(ascii: "$")
        var best = Int.max
        for place in 0..<places.count {
            let anchor = places[place]
            let level = anchor.level >= 0 ? Int(anchor.level) : count + Int(anchor.level)
            guard level >= 0, level < count else { continue }
            let found = TopicLevel(starts, level)
            guard anchor.mayHold(topic, from: found.start, count: found.length) else { continue }
            let list = names.value(
                scope: anchor.scope, of: topic, from: found.start, count: found.length)
            guard list >= 0 else { continue }
            let range = candidates[Int(list)]
            for index in range.start..<(range.start + range.count) {
                let template = Int(candidateTemplates[Int(index)])
                // Candidates ascend: nothing better follows.
                if template >= best { break }
                if matches(template, topic, starts, count, isBrokersOwn) { best = template }
            }
        }
        for index in 0..<unanchored.count {
            let template = Int(unanchored[index])
            if template >= best { break }
            if matches(template, topic, starts, count, isBrokersOwn) { best = template }
        }
        return best == Int.max ? nil : best
    }

    func matches(
        _ index: Int, _ topic: RawSpan, _ starts: Span<UInt32>, _ count: Int, _ isBrokersOwn: Bool
    ) -> Bool {
        let template = templates[index]
        let leading = Int(template.leading)
        let fixed = leading + Int(template.trailing)
        guard template.hasRun ? count > fixed : count == fixed else { return false }
        let first = Int(template.segments)
        if isBrokersOwn {
            guard leading > 0, segments[first].kind == .literal else { return false }
        }
        for place in 0..<fixed {
            let level = TopicLevel(starts, place < leading ? place : count - fixed + place)
            let segment = segments[first + place]
            switch segment.kind {
            case .literal:
                guard level.length == Int(segment.length),
                    literals.isHeld(
                        by: topic, at: Place(truncatingIfNeeded: level.start),
                        from: segment.offset, count: Place(segment.length))
                else { return false }
            case .vehicle:
                guard level.length > 0, level.length <= DecodingLimits.vehicleNameBytesMax else {
                    return false
                }
            case .field: guard level.length > 0 else { return false }
            case .pattern:
                let found = cut(
                    Int(segment.offset), topic, start: level.start, length: level.length)
                guard found != nil else { return false }
            case .any: break
            }
        }
        return true
    }

    func captures(
        _ index: Int, _ topic: RawSpan, _ starts: Span<UInt32>, _ count: Int
    ) -> Route {
        let template = templates[index]
        let leading = Int(template.leading)
        var route = Route(source: template.source, template: index)
        if template.vehicleLevel != CompiledTemplate.nowhere {
            let level = TopicLevel(
                starts, CompiledTemplate.level(template.vehicleLevel, of: count))
            route.vehicleOffset = UInt16(truncatingIfNeeded: level.start)
            route.vehicleLength = UInt16(truncatingIfNeeded: level.length)
        }
        if template.fieldLevel != CompiledTemplate.nowhere {
            let level = TopicLevel(starts, CompiledTemplate.level(template.fieldLevel, of: count))
            route.fieldOffset = UInt16(truncatingIfNeeded: level.start)
            route.fieldLength = UInt16(truncatingIfNeeded: level.length)
        }
        if template.hasPattern { cutPatterns(template, topic, starts, count, &route) }
        if template.runIsField {
            let first = TopicLevel(starts, leading)
            let last = TopicLevel(starts, count - Int(template.trailing) - 1)
            route.fieldOffset = UInt16(first.start)
            route.fieldLength = UInt16(last.start + last.length - first.start)
        }
        return route
    }
    private func cutPatterns(
        _ template: CompiledTemplate, _ topic: RawSpan, _ starts: Span<UInt32>, _ count: Int,
        _ route: inout Route
    ) {
        let leading = Int(template.leading)
        let fixed = leading + Int(template.trailing)
        for place in 0..<fixed {
            let segment = segments[Int(template.segments) + place]
            guard segment.kind == .pattern else { continue }
            let level = TopicLevel(starts, place < leading ? place : count - fixed + place)
            guard
                let found = cut(
                    Int(segment.offset), topic, start: level.start, length: level.length)
            else { continue }
            if found.vehicleLength > 0 {
                route.vehicleOffset = UInt16(found.vehicleStart)
                route.vehicleLength = UInt16(found.vehicleLength)
            }
            if found.fieldLength > 0 {
                route.fieldOffset = UInt16(found.fieldStart)
                route.fieldLength = UInt16(found.fieldLength)
            }
        }
    }
}
