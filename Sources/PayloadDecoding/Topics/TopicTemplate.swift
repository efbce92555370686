/// A pattern of topics with named places: `vss/{vehicle}/telemetry`,
/// `{prefix...}/{vehicle}/v/{field}`, `skoda/{vehicle}/{+}`.
///
/// - `{vehicle}`: one level, the vehicle's name at this source.
/// - `{field}`: one level, the field whose value the payload is; `{field...}`: one or more levels.
/// - `{vehicle}_odometer`, `{vehicle}_{field}`: one level with other characters beside the names.
/// - `{+}`: one level that does not matter; `{prefix...}` or any other name with dots: one or more
///   levels that do not matter, so that what follows is matched from the right.
public struct TopicTemplate: Sendable, Hashable {
    /// One level of the pattern, or a run of levels.
    public enum Segment: Sendable, Hashable {
        case literal(String)
        case vehicle
        case field
        case any
        /// Vehicle or field beside other characters.
        case pattern(LevelPattern)
        /// One or more levels; at most one in a template.
        case fieldLevels
        case anyLevels

        var namesVehicle: Bool {
            if case .pattern(let pattern) = self { return pattern.namesVehicle }
            return self == .vehicle
        }

        var namesField: Bool {
            if case .pattern(let pattern) = self { return pattern.namesField }
            return self == .field || self == .fieldLevels
        }

        var isRun: Bool { self == .fieldLevels || self == .anyLevels }
    }

    /// Why a text is no template. `column` counts characters from 1.
    public enum Flaw: Error, Equatable, Sendable {
        case empty
        case unclosedBrace(column: Int)
        /// A brace beside other characters, as in `car-{vehicle}`.
        case braceWithinLevel(column: Int)
        case unknownName(String, column: Int)
        case twice(String, column: Int)
        case twoRuns(column: Int)
        /// `+` or `#`, which topics never hold.
        case wildcard(column: Int)
        case tooManyLevels(limit: Int)
    }

    public let text: String
    public let segments: [Segment]

    public init(_ text: String) throws(Flaw) {
        guard !text.isEmpty else { throw .empty }
        self.text = text
        var segments: [Segment] = []
        var column = 1
        for level in text.split(separator: "/", omittingEmptySubsequences: false) {
            let segment = try Self.segment(String(level), column: column)
            if segment.namesVehicle, segments.contains(where: \.namesVehicle) {
                throw .twice("{vehicle}", column: column)
            }
            if segment.namesField, segments.contains(where: \.namesField) {
                throw .twice("{field}", column: column)
            }
            if segment.isRun, segments.contains(where: \.isRun) { throw .twoRuns(column: column) }
            segments.append(segment)
            column += level.count + 1
        }
        guard segments.count <= DecodingLimits.topicLevelsMax else {
            throw .tooManyLevels(limit: DecodingLimits.topicLevelsMax)
        }
        self.segments = segments
    }

    private static func segment(_ level: String, column: Int) throws(Flaw) -> Segment {
        if level.contains("#") || level.contains("+") && level != "{+}" {
            throw .wildcard(column: column)
        }
        guard level.contains("{") || level.contains("}") else { return .literal(level) }
        guard level.hasPrefix("{"), level.hasSuffix("}") else {
            if level.contains("{"), !level.contains("}") { throw .unclosedBrace(column: column) }
            guard let pattern = LevelPattern(level) else { throw .braceWithinLevel(column: column) }
            return .pattern(pattern)
        }
        if let pattern = LevelPattern(level) { return .pattern(pattern) }
        let name = String(level.dropFirst().dropLast())
        if name.contains("{") || name.contains("}") { throw .braceWithinLevel(column: column) }
        switch name {
        case "vehicle": return .vehicle
        case "field": return .field
        case "+": return .any
        case "field...": return .fieldLevels
        default:
            // A vehicle's name is one level.
            guard name.hasSuffix("..."), name.count > 3, name != "vehicle..." else {
                throw .unknownName(level, column: column)
            }
            return .anyLevels
        }
    }

    /// Whether the topic names the vehicle.
    public var namesVehicle: Bool { segments.contains(where: \.namesVehicle) }
    /// Whether the topic names a field.
    public var namesField: Bool { segments.contains(where: \.namesField) }

    /// The MQTT filter that covers the template; `nil` where a run of levels stands before other
    /// levels, which no filter can say.
    public var subscription: String? {
        var levels: [String] = []
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .literal(let text): levels.append(text)
            case .vehicle, .field, .any, .pattern: levels.append("+")
            case .fieldLevels, .anyLevels:
                guard index == segments.count - 1 else { return nil }
                levels.append("#")
            }
        }
        return levels.joined(separator: "/")
    }
}

extension TopicTemplate.Flaw {
    /// What is wrong, and what to write instead.
    public var sentence: String {
        switch self {
        case .empty: "the topic is empty"
        case .unclosedBrace: "a brace is opened and not closed"
        case .braceWithinLevel:
            "beside other characters only {vehicle}, {field} or {vehicle}_{field} may stand"
        case .unknownName(let name, _):
            "\(name) is no place; write {vehicle}, {field}, {field...}, {+} or {prefix...}"
        case .twice(let name, _): "\(name) stands twice"
        case .twoRuns: "two runs of levels ({...}) in one topic leave open where one ends"
        case .wildcard: "+ and # are filters; write {+} for one level and {prefix...} for several"
        case .tooManyLevels(let limit): "more than \(limit) levels"
        }
    }

    /// Column from 1 within the template where there is one.
    public var column: Int {
        switch self {
        case .empty, .tooManyLevels: 1
        case .unclosedBrace(let column), .braceWithinLevel(let column), .unknownName(_, let column),
            .twice(_, let column), .twoRuns(let column), .wildcard(let column):
            column
        }
    }
}
