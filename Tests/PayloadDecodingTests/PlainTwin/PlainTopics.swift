import PayloadDecoding

/// Topic templates matched the obvious way: level by level, every template, the best one holds.
struct PlainTopics {
    struct Match: Equatable {
        var source: Int
        var template: String
        var content: TopicDefinition.Content
        var vehicle: String?
        var field: String?
    }

    let definitions: [SourceDefinition]

    func match(_ topic: String) -> Match? {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !topic.isEmpty, levels.count <= 32 else { return nil }
        var best: (rank: Int, match: Match)?
        for (index, source) in definitions.enumerated() {
            for definition in source.topics {
                guard var found = captures(definition.template.segments[...], levels[...]) else {
                    continue
                }
                if topic.hasPrefix("$") {
                    guard case .literal = definition.template.segments[0] else { continue }
                }
                if let name = found.vehicle, name.isEmpty || name.utf8.count > 128 { continue }
                if let field = found.field, definition.template.segments.contains(.field),
                    field.isEmpty
                {
                    continue
                }
                if found.field == nil { found.field = definition.field }
                let rank = Self.rank(definition.template)
                if best == nil || rank < best?.rank ?? 0 {
                    best = (
                        rank,
                        Match(
                            source: index, template: definition.template.text,
                            content: definition.content, vehicle: found.vehicle, field: found.field)
                    )
                }
            }
        }
        return best?.match
    }

    private static func rank(_ template: TopicTemplate) -> Int {
        let literals = template.segments.map { segment -> Int in
            switch segment {
            case .literal: 2
            case .pattern: 1
            default: 0
            }
        }
        let hasRun =
            template.segments.contains(.anyLevels) || template.segments.contains(.fieldLevels)
        return (hasRun ? 1000 : 0) - literals.reduce(0, +)
    }

    private struct Captures {
        var vehicle: String?
        var field: String?
    }

    private func captures(
        _ segments: ArraySlice<TopicTemplate.Segment>, _ levels: ArraySlice<String>
    ) -> Captures? {
        guard let segment = segments.first else { return levels.isEmpty ? Captures() : nil }
        guard let level = levels.first else { return nil }
        let rest = segments.dropFirst()
        switch segment {
        case .literal(let text):
            return level == text ? captures(rest, levels.dropFirst()) : nil
        case .any: return captures(rest, levels.dropFirst())
        case .vehicle:
            guard var found = captures(rest, levels.dropFirst()) else { return nil }
            found.vehicle = level
            return found
        case .field:
            guard var found = captures(rest, levels.dropFirst()) else { return nil }
            found.field = level
            return found
        case .pattern(let pattern):
            guard let own = Self.captures(pattern, level),
                var found = captures(rest, levels.dropFirst())
            else { return nil }
            found.vehicle = own.vehicle ?? found.vehicle
            found.field = own.field ?? found.field
            return found
        case .anyLevels, .fieldLevels:
            for count in 1...levels.count {
                guard var found = captures(rest, levels.dropFirst(count)) else { continue }
                if segment == .fieldLevels {
                    found.field = levels.prefix(count).joined(separator: "/")
                }
                return found
            }
            return nil
        }
    }

    /// Characters round the names, the vehicle up to where the middle first stands.
    private static func captures(_ pattern: LevelPattern, _ level: String) -> Captures? {
        let bytes = Array(level.utf8)
        let (prefix, suffix) = (Array(pattern.prefix.utf8), Array(pattern.suffix.utf8))
        guard bytes.starts(with: prefix), bytes.reversed().starts(with: suffix.reversed()),
            bytes.count > prefix.count + suffix.count
        else { return nil }
        let inner = Array(bytes.dropFirst(prefix.count).dropLast(suffix.count))
        func text(_ part: ArraySlice<UInt8>) -> String { String(decoding: part, as: UTF8.self) }
        guard pattern.namesVehicle else { return Captures(field: text(inner[...])) }
        guard pattern.namesField else { return Captures(vehicle: text(inner[...])) }
        let middle = Array(pattern.middle.utf8)
        for split in 1..<max(1, inner.count) where inner[split...].starts(with: middle) {
            let field = inner[(split + middle.count)...]
            return field.isEmpty
                ? nil : Captures(vehicle: text(inner[..<split]), field: text(field))
        }
        return nil
    }
}
