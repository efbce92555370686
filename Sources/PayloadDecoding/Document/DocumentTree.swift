import VehicleSignals

/// One object of a document's mapping: its keys are the names of `scope`, their values edges.
struct DocumentNode: Sendable, BitwiseCopyable {
    var scope: UInt32
    /// Edges with a value for the case that their key is missing, in
    /// ``CompiledSources/missingEdges``.
    var missingStart: Int32 = 0
    var missingCount: Int32 = 0
    /// First of the groups that this object's members make up, in ``ShapeTables/groups``; -1: none.
    var firstGroup: Int32 = -1
    /// The captures of those groups.
    var captureStart: Int16 = 0
    var captureCount: Int16 = 0
    /// Some key has other spellings; one that nobody knows may then be of a key that is missing.
    var isSpeltVariously = false
}

/// One key of an object: what its value is, and where to go on if it is an object.
struct DocumentEdge: Sendable, BitwiseCopyable {
    /// The object below; -1: none.
    var node: Int32 = -1
    /// Its values, in ``CompiledSources/documentRules``.
    var ruleStart: Int32 = 0
    var ruleCount: Int32 = 0
    /// The slot that this value's time fills; -1: none.
    var timeSlot: Int8 = -1
    var timeKind: TimeKind = .rfc3339
    var isVehicle = false
    /// This key or one below it names the vehicle.
    var leadsToVehicle = false
    /// The capture that keeps the value's place; -1: none.
    var capture: Int16 = -1
    /// First of the elements to go on in, in ``ShapeTables/elements``; -1: none.
    var firstElement: Int32 = -1
    /// The edge of the JSON within a text; -1: none.
    var embedded: Int32 = -1
    /// A bit for each list of codes that begins with this array.
    var lists: UInt8 = 0

    /// More than an object or one value: handled apart, so that the common way stays short.
    var isWhole: Bool { firstElement >= 0 || embedded >= 0 }

    /// Nothing is read of the value itself.
    var isBare: Bool { ruleCount == 0 && timeSlot < 0 && !isVehicle && !isWhole }

    /// The value is an array whose elements are all read in one way, and no more than that. Filled
    /// in when all is laid down.
    var isPlainArray = false

    func settled(_ shapes: ShapeTables) -> DocumentEdge {
        var edge = self
        guard firstElement >= 0, embedded < 0, lists == 0, capture < 0, node < 0, ruleCount == 0,
            timeSlot < 0, !isVehicle
        else { return edge }
        let element = shapes.elements[Int(firstElement)]
        edge.isPlainArray = element.next < 0 && element.place == ElementEdge.every
        return edge
    }
}

/// A rule within a document.
struct DocumentRule: Sendable, BitwiseCopyable {
    var rule: ValueRule
    /// Slot of the time that goes with it; -1: none.
    var timeSlot: Int8
    /// Index of the word that stands in where the key is missing; -1: none.
    var missing: Int32
    var format = CompiledFormat()
}

/// One document of a source.
struct DocumentLayout: Sendable, BitwiseCopyable {
    var root: Int32
    /// First of its eight qualities of time, in ``CompiledSources/qualities``.
    var qualityStart: Int32
    var captureCount: Int16 = 0
    /// Its lists of codes, in ``ShapeTables/lists``.
    var listStart: Int32 = 0
    var listCount: Int32 = 0
}
