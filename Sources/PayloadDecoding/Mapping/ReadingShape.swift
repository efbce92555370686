/// An object that is one reading: value, unit and time beside each other, in whatever order. All
/// paths begin at the object, which is where the field's path ends.
public struct ReadingShape: Sendable, Hashable {
    /// A member that holds several readings of this shape, in an array or alone; `nil`: the object
    /// is the reading. The paths below begin there, conditions at the object.
    public var each: [PathStep]?
    /// Where the value stands; of several places the first that is there.
    public var values: [[PathStep]]
    /// Where its unit stands as a word. Missing, empty or `null`: the field's own unit.
    public var unit: [PathStep]?
    /// Its own time; where it is missing, the field's.
    public var time: TimeMapping?
    /// The places of the value are parts of one text, which is there if all of them are.
    public var joinsValues: Bool

    public init(
        values: [[PathStep]], unit: [PathStep]? = nil, time: TimeMapping? = nil,
        each: [PathStep]? = nil, joinsValues: Bool = false
    ) {
        self.each = each
        self.values = values
        self.unit = unit
        self.time = time
        self.joinsValues = joinsValues
    }
}

/// Something that another member of the same object says; of an array, the first of its elements
/// that says one of the words.
public struct MemberCondition: Sendable, Hashable {
    public var path: [PathStep]
    /// Texts, or numbers and literals as they are written.
    public var words: Set<String>
    /// The member names a signal: what is none of the words of any field is an unknown one.
    public var namesSignal: Bool

    public init(path: [PathStep], words: Set<String>, namesSignal: Bool = false) {
        self.path = path
        self.words = words
        self.namesSignal = namesSignal
    }
}

/// How a source writes a value, apart from unit and scale.
public enum ValueFormat: Sendable, Hashable {
    /// As JSON writes it, or as bare text.
    case plain
    /// A text of hexadecimal digits, `9D80` or `0x9D80`, of a width in bits. All ones mean "no
    /// value". For trouble codes: two or three bytes as they stand on the bus. For texts: two
    /// digits a character, of ASCII, without a width; bytes of 0 are padding. A number of JSON is
    /// out of range: nobody knows whether its digits are hexadecimal.
    case hexadecimal(bits: Int, isSigned: Bool)
    /// A number of degrees with the letter of its hemisphere, `122.145867 W`; south and west are
    /// negative. A signal `.Latitude` takes N and S, `.Longitude` E and W, any other all four. A
    /// parenthesis at either end belongs to the pair that it is a part of.
    case hemisphere
    /// The value is the topic's `{field}`; the path tells by being there that there is one.
    case topic
    /// A number and the word of its unit in one text: `12 months`.
    case quantity
    /// A time; the reading is how long it is from the reading's own time until then.
    case until(TimeKind)
}
