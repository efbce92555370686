import VehicleSignals

/// One level in which vehicle or field stand beside other characters: `{vehicle}_odometer`,
/// `car-{vehicle}`, `{vehicle}_{field}`.
public struct LevelPattern: Sendable, Hashable {
    public var prefix: String
    /// Between vehicle and field, where both are named. The vehicle ends where it first stands.
    public var middle: String
    public var suffix: String
    public var namesVehicle: Bool
    public var namesField: Bool

    /// Reads a level with braces; `nil` if it is none of the forms above.
    init?(_ level: String) {
        let vehicle = level.range(of: "{vehicle}")
        let field = level.range(of: "{field}")
        namesVehicle = vehicle != nil
        namesField = field != nil
        guard let first = vehicle ?? field, let last = field ?? vehicle,
            first.lowerBound <= last.lowerBound
        else { return nil }
        prefix = String(level[..<first.lowerBound])
        suffix = String(level[last.upperBound...])
        middle = first == last ? "" : String(level[first.upperBound..<last.lowerBound])
        let literals = prefix + middle + suffix
        guard !literals.contains("{"), !literals.contains("}"), !literals.isEmpty,
            !namesVehicle || !namesField || !middle.isEmpty
        else { return nil }
    }
}

extension String {
    /// Where `part` first stands. (The standard library's own way asks for Foundation.)
    fileprivate func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) {
                return start..<index(start, offsetBy: part.count)
            }
            start = index(after: start)
        }
        return nil
    }
}

/// A level pattern with its literals in ``TopicTable/literals``.
struct CompiledPattern: Sendable, BitwiseCopyable {
    struct Literal: Sendable, BitwiseCopyable {
        var offset: UInt32
        var length: UInt16
    }

    var prefix: Literal
    var middle: Literal
    var suffix: Literal
    var namesVehicle: Bool
    var namesField: Bool
}

/// What a pattern cuts out of a level; lengths of 0 where it names none.
struct PatternCut: BitwiseCopyable {
    var vehicleStart = 0
    var vehicleLength = 0
    var fieldStart = 0
    var fieldLength = 0
}

extension TopicTable {
    /// `nil` if the level that begins at `start` does not match.
    func cut(_ index: Int, _ topic: RawSpan, start: Int, length: Int) -> PatternCut? {
        let pattern = patterns[index]
        let prefix = Int(pattern.prefix.length)
        let suffix = Int(pattern.suffix.length)
        guard length > prefix + suffix, holds(pattern.prefix, topic, at: start),
            holds(pattern.suffix, topic, at: start + length - suffix)
        else { return nil }
        let inner = start + prefix
        let end = start + length - suffix
        guard pattern.namesVehicle else {
            return PatternCut(fieldStart: inner, fieldLength: end - inner)
        }
        var split = end
        if pattern.namesField {
            let middle = Int(pattern.middle.length)
            split = inner + 1
            while split + middle < end, !holds(pattern.middle, topic, at: split) { split += 1 }
            guard split + middle < end else { return nil }
        }
        guard split - inner <= DecodingLimits.vehicleNameBytesMax else { return nil }
        var cut = PatternCut(vehicleStart: inner, vehicleLength: split - inner)
        if pattern.namesField {
            cut.fieldStart = split + Int(pattern.middle.length)
            cut.fieldLength = end - cut.fieldStart
        }
        return cut
    }

    private func holds(_ literal: CompiledPattern.Literal, _ topic: RawSpan, at start: Int) -> Bool
    {
        literals.equals(
            from: Int(literal.offset), count: Int(literal.length), topic, from: start)
    }
}
