import VehicleSignals

// The tables behind what a document says in more than one place: elements of arrays, objects that
// are one reading, lists of codes that lie scattered, dates that become spans.

/// One element of an array, and where to go on in it. The elements of an edge form a chain.
struct ElementEdge: Sendable, BitwiseCopyable {
    static let every: Int16 = -1
    static let last: Int16 = -2
    /// Place from 0, or one of the two above.
    var place: Int16
    var edge: Int32
    /// The next of the same array; -1: none.
    var next: Int32 = -1
}

/// Readings that an object makes together with its members, once all of them were seen. The groups
/// of a node form a chain.
struct ReadingGroup: Sendable, BitwiseCopyable {
    /// The member that says which of the ranges in ``ShapeTables/choices`` holds; -1: all rules.
    var whenCapture: Int16 = -1
    var whenScope: UInt32 = 0
    var rules = RuleRange()
    var next: Int32 = -1
    /// What that member says is the name of a signal, and counted where nobody knows it.
    var countsUnknown = false
}

struct RuleRange: Sendable, BitwiseCopyable {
    var start: Int32 = 0
    var count: Int32 = 0
}

/// A rule whose parts stand in several members, each by the number of its capture; -1: none.
struct GroupRule: Sendable, BitwiseCopyable {
    var rule: DocumentRule
    /// The places of the value, in ``ShapeTables/valueCaptures``; the first that is there holds.
    var values = RuleRange()
    /// The member that holds several readings, each an object `node`.
    var eachCapture: Int16 = -1
    var node: Int32 = -1
    var unitCapture: Int16 = -1
    var timeCapture: Int16 = -1
    var timeKind: TimeKind = .rfc3339
    var timeQuality: TimeQuality = .event
    /// The member that makes the value absent if it says a word of the scope.
    var unlessCapture: Int16 = -1
    var unlessScope: UInt32 = 0
    /// The step for a number that is a part of a text; `quick` is `.nothing` for all others.
    /// Filled in when all is laid down.
    var partStep = ShapeStep(action: .grouped, slot: -1, depth: 0, index: 0)

    func settled(sentinels: [Double]) -> GroupRule {
        var settled = self
        let format = rule.format
        guard eachCapture < 0, timeCapture < 0, unitCapture < 0, format.kind == .plain,
            format.part >= 0, format.list < 0, !rule.rule.hasCommaWords
        else { return settled }
        settled.partStep.setQuick(rule.rule, sentinels: sentinels)
        switch settled.partStep.quick {
        case .double, .converted, .integer, .number: settled.partStep.quick = .number
        default: settled.partStep.quick = .nothing
        }
        return settled
    }
}

/// How a value is written; see ``ValueFormat``.
struct CompiledFormat: Sendable, BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case plain, hexadecimal, quantity, until, hemisphere, topic
    }
    /// Whose letters a number of degrees may have.
    enum Axis: UInt8, BitwiseCopyable {
        case either, latitude, longitude
    }
    var kind: Kind = .plain
    var axis: Axis = .either
    var bits: UInt8 = 0
    var isSigned = false
    /// Part of a text with commas, from 0; -1: all of it.
    var part: Int8 = -1
    var timeKind: TimeKind = .rfc3339
    /// The list of its document that takes the code; -1: a list of its own.
    var list: Int8 = -1
    /// The rule of ``ShapeTables/spans`` for a reading that says how long it is until a time.
    var span: Int32 = -1
    /// Words of units in the payload, leading into ``ShapeTables/conversions``; 0: none.
    var unitScope: UInt32 = 0
    /// All places of the value are parts of one text.
    var joinsValues = false

    var isPlain: Bool { kind == .plain && part < 0 && list < 0 && !joinsValues }
}

/// A list of trouble codes that is gathered from several places of one document.
struct CodeList: Sendable, BitwiseCopyable {
    var signal: SignalID
    var timeSlot: Int8
}

/// All of them, of all documents.
struct ShapeTables: Sendable {
    var elements: [ElementEdge] = []
    var groups: [ReadingGroup] = []
    var choices: [RuleRange] = []
    var rules: [GroupRule] = []
    var valueCaptures: [Int16] = []
    var conversions: [UnitConversion] = []
    var lists: [CodeList] = []
    /// Rules of the readings that say how long it is until a time.
    var spans: [ValueRule] = []

    /// Most captures, lists and spans of one document.
    static let capturesMax = 8192
    static let listsMax = 8
    static let spansMax = 4096
}
