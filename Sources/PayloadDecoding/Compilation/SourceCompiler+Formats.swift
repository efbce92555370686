import VehicleSignals

/// What the word of a unit leads to depends on.
struct UnitTarget: Hashable {
    var unit: Unit
    var scale: Double
    var offset: Double
}

// How values are written, and units that the payload names.
extension SourceCompiler {
    /// Words that stand where a unit would, and say that there is none: the field's own holds.
    private static let wordsOfNoUnit = ["", "n/a", "none", "null", "-", "unknown"]

    mutating func makeFormat(
        _ field: FieldMapping, _ rule: inout ValueRule, _ plan: DocumentPlan
    ) throws(MappingFlaw) -> CompiledFormat {
        let definition = catalogue[rule.signal]
        let isNumber = rule.kind == .integer || rule.kind == .double
        let isCodes = rule.kind == .troubleCodes
        var format = CompiledFormat()
        if isCodes {
            rule.takesCodesAsText = true
            format.list = plan.lists[field.signal] ?? -1
        }
        if let part = field.part {
            guard part >= 0, part < 100, !isCodes else { throw wrongFormat(field) }
            format.part = Int8(part)
        }
        switch field.format {
        case .plain: break
        case .hexadecimal(let bits, let isSigned):
            guard isNumber || isCodes || rule.kind == .text, bits >= 1, bits <= 64,
                field.part == nil
            else { throw wrongFormat(field) }
            format.kind = .hexadecimal
            format.bits = UInt8(bits)
            format.isSigned = isSigned
        case .quantity:
            guard isNumber else { throw wrongFormat(field) }
            format.kind = .quantity
        case .hemisphere:
            guard isNumber else { throw wrongFormat(field) }
            format.kind = .hemisphere
            if definition.path.hasSuffix(".Latitude") { format.axis = .latitude }
            if definition.path.hasSuffix(".Longitude") { format.axis = .longitude }
        case .topic:
            guard rule.kind == .text || rule.kind == .allowed, field.part == nil,
                field.missing == nil
            else { throw wrongFormat(field) }
            format.kind = .topic
        case .until(let kind):
            guard isNumber, definition.unit.dimension == .time, field.unit == nil,
                field.scale == 1, field.offset == 0, field.part == nil
            else { throw wrongFormat(field) }
            format.kind = .until
            format.timeKind = kind
            format.span = try addSpan(field, rule.signal)
        }
        if field.shape?.joinsValues == true {
            guard rule.kind == .text, field.part == nil, field.format != .topic else {
                throw wrongFormat(field)
            }
            format.joinsValues = true
        }
        if isNumber, field.format == .quantity || field.shape?.unit != nil {
            format.unitScope = try unitScope(of: field, definition)
        }
        return format
    }

    private func wrongFormat(_ field: FieldMapping) -> MappingFlaw {
        flaw(.wrongFormat(path: field.path.text))
    }

    /// Fields of bare text are found by the topic alone, and have neither members nor a time.
    func checkText(_ mapping: DocumentMapping) throws(MappingFlaw) {
        for field in mapping.fields {
            guard field.path.count == 1, field.shape == nil, field.missing == nil,
                field.time == nil, field.format != .topic, field.spellings.isEmpty
            else { throw wrongFormat(field) }
        }
        guard mapping.vehiclePath == nil else { throw flaw(.vehicleOfForm) }
    }

    private mutating func addSpan(
        _ field: FieldMapping, _ signal: SignalID
    ) throws(MappingFlaw) -> Int32 {
        guard shapes.spans.count < ShapeTables.spansMax else {
            throw flaw(.tooMany(what: "dates", limit: ShapeTables.spansMax))
        }
        var seconds = field
        seconds.unit = Unit(named: "s")
        shapes.spans.append(try makeRule(seconds, signal: signal))
        return Int32(shapes.spans.count - 1)
    }

    private mutating func unitScope(
        of field: FieldMapping, _ definition: SignalDefinition
    ) throws(MappingFlaw) -> UInt32 {
        let target = UnitTarget(unit: definition.unit, scale: field.scale, offset: field.offset)
        if let scope = unitScopes[target] { return scope }
        let scope = names.newScope()
        for word in Self.wordsOfNoUnit { _ = try addName(scope: scope, word, WordValue.absent) }
        for (word, unit) in Unit.words.sorted(by: { $0.key < $1.key }) {
            guard let conversion = unit.conversion(to: definition.unit) else { continue }
            guard try addName(scope: scope, word, Int32(shapes.conversions.count)) else { continue }
            shapes.conversions.append(
                conversion.preceded(byScale: field.scale, offset: field.offset))
        }
        unitScopes[target] = scope
        return scope
    }

    static func kind(of content: TopicDefinition.Content) -> CompiledContent {
        switch content {
        case .native: .native
        case .document: .document
        case .documents: .documents
        case .packed: .packed
        case .fields: .fields
        case .text: .text
        case .ignored: .ignored
        case .can: .can
        case .protobuf: .protobuf
        }
    }
}
