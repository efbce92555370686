import VehicleSignals

extension SourceCompiler {
    /// Lays all templates down, best first, and hangs each on an anchor.
    mutating func makeTopicTable() -> TopicTable {
        let ordered = pendingTemplates.enumerated().sorted { left, right in
            let first = Self.rank(left.element.template)
            let second = Self.rank(right.element.template)
            return first != second ? first < second : left.offset < right.offset
        }.map(\.element)

        var layout = TopicLayout()
        for (index, pending) in ordered.enumerated() { layout.add(pending, index: index) }

        var places: [TopicTable.AnchorPlace] = []
        var candidates: [TopicTable.Candidates] = []
        var candidateTemplates: [UInt16] = []
        for level in Set(layout.anchored.keys.map(\.level)).sorted() {
            let scope = names.newScope()
            var place = TopicTable.AnchorPlace(scope: scope, level: level)
            for key in layout.anchored.keys.filter({ $0.level == level }).sorted(by: {
                $0.literal < $1.literal
            }) {
                let list = layout.anchored[key] ?? []
                place.admit(key.literal)
                _ = names.add(scope: scope, name: key.literal, value: Int32(candidates.count))
                candidates.append(
                    TopicTable.Candidates(
                        start: Int32(candidateTemplates.count), count: Int32(list.count)))
                candidateTemplates.append(contentsOf: list)
            }
            places.append(place)
        }
        return TopicTable(
            templates: layout.templates, segments: layout.segments,
            // Room for eight bytes that are loaded at the end of the last literal.
            literals: layout.literals + [UInt8](repeating: 0, count: 8),
            patterns: layout.patterns, places: places, candidates: candidates,
            candidateTemplates: candidateTemplates,
            unanchored: layout.unanchored, texts: ordered.map(\.template.text),
            rivals: TopicRivals(
                layout.templates, layout.segments, literals: layout.literals))
    }

    /// Smaller is better: no run before run, more literals before fewer.
    private static func rank(_ template: TopicTemplate) -> Int {
        var literals = 0
        for segment in template.segments {
            switch segment {
            case .literal: literals += 2
            case .pattern: literals += 1
            case .vehicle, .field, .any, .fieldLevels, .anyLevels: break
            }
        }
        return (template.segments.contains(where: \.isRun) ? 1000 : 0) - literals
    }
}

/// The templates while they are laid down.
private struct TopicLayout {
    struct Anchor: Hashable {
        var level: Int8
        var literal: String
    }

    var templates: [CompiledTemplate] = []
    var segments: [CompiledSegment] = []
    var literals: [UInt8] = []
    var patterns: [CompiledPattern] = []
    var anchored: [Anchor: [UInt16]] = [:]
    var unanchored: [UInt16] = []

    private mutating func add(_ literal: String) -> CompiledPattern.Literal {
        let offset = UInt32(literals.count)
        literals.append(contentsOf: literal.utf8)
        return CompiledPattern.Literal(offset: offset, length: UInt16(literal.utf8.count))
    }

    mutating func add(_ pending: SourceCompiler.PendingTemplate, index: Int) {
        let all = pending.template.segments
        let run = all.firstIndex(where: \.isRun)
        let leading = run ?? all.count
        let trailing = run.map { all.count - $0 - 1 } ?? 0
        templates.append(
            CompiledTemplate(
                source: pending.source, segments: Int32(segments.count), leading: UInt8(leading),
                trailing: UInt8(trailing), hasRun: run != nil,
                runIsField: all.contains(.fieldLevels), content: pending.content,
                layout: pending.layout, fixedEdge: pending.fixedEdge))
        let last = templates.count - 1
        var anchor: Anchor?
        for (place, segment) in all.enumerated() {
            let level = Int8(place < leading ? place : place - all.count)
            switch segment {
            case .literal(let text):
                segments.append(
                    CompiledSegment(
                        kind: .literal, offset: UInt32(literals.count),
                        length: UInt16(text.utf8.count)))
                literals.append(contentsOf: text.utf8)
                if anchor == nil { anchor = Anchor(level: level, literal: text) }
            case .vehicle:
                segments.append(CompiledSegment(kind: .vehicle))
                templates[last].vehicleLevel = level
            case .field:
                segments.append(CompiledSegment(kind: .field))
                templates[last].fieldLevel = level
            case .any: segments.append(CompiledSegment(kind: .any))
            case .pattern(let pattern):
                templates[last].hasPattern = true
                segments.append(CompiledSegment(kind: .pattern, offset: UInt32(patterns.count)))
                patterns.append(
                    CompiledPattern(
                        prefix: add(pattern.prefix), middle: add(pattern.middle),
                        suffix: add(pattern.suffix), namesVehicle: pattern.namesVehicle,
                        namesField: pattern.namesField))
            case .fieldLevels, .anyLevels: break
            }
        }
        if let anchor {
            anchored[anchor, default: []].append(UInt16(index))
        } else {
            unanchored.append(UInt16(index))
        }
    }
}
