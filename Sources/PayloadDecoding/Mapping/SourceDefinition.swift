public import VehicleSignals

/// A way in: which topics, what form, which value means which signal. A plain value made from a
/// file under `config/sources/`; ``CompiledSources`` freezes a list of them.
public struct SourceDefinition: Sendable, Equatable {
    /// Unique among the sources: `native`, `skoda`.
    public var name: String
    /// Version of the mapping, raised with every change of it; stands beside every reading.
    public var version: String
    /// Main number of the VSS edition that native payloads follow unless they say another: 4–6.
    public var edition: Int
    /// MQTT filters to subscribe to.
    public var subscriptions: [String]
    /// Longest payload in bytes; longer ones are refused unread.
    public var payloadBytesMax: Int
    public var topics: [TopicDefinition]
    /// How a message of this source looks.
    public var sample: SourceSample?
    /// Whether the source calls vehicles by the keys of imported files.
    public var takesImportKeys = false
    /// Whether a reading of `Vehicle.VehicleIdentification.VIN` says whose the name is under which
    /// it came, where the name leads to no vehicle yet. Only for sources whose senders are trusted
    /// with it: whoever may publish under a name of his own could claim any vehicle.
    public var linksByVIN = false
    /// Whether names that only this source knows may make a vehicle known. `false` where the name
    /// is that of a place, such as a charging point, at which any vehicle may stand.
    public var mayEnrol: Bool

    public init(
        name: String, version: String, edition: Int = 6, subscriptions: [String] = [],
        payloadBytesMax: Int = DecodingLimits.payloadBytesMax, topics: [TopicDefinition],
        mayEnrol: Bool = true
    ) {
        self.name = name
        self.version = version
        self.edition = edition
        self.subscriptions = subscriptions
        self.payloadBytesMax = payloadBytesMax
        self.topics = topics
        self.mayEnrol = mayEnrol
    }
}

/// One template of a source and what its payloads are.
public struct TopicDefinition: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        /// The gateway's own JSON form.
        case native
        /// A JSON document with many signals.
        case document(DocumentMapping)
        /// The same, as it is or as a gzip file, that too as it is or in base64; which of them
        /// shows in the first byte. The topic must name the vehicle, since nobody unpacks a
        /// message before it is journaled.
        case packed(DocumentMapping)
        /// An array of such documents, each with times of its own; one alone counts as an array of
        /// it. The topic must name the vehicle.
        case documents(DocumentMapping)
        /// One value a message; the topic's `{field}` is the first key of the paths.
        case fields(DocumentMapping)
        /// One value a message as bare text, without the quotes of JSON.
        case text(DocumentMapping)
        /// Known and of no use: decodes to nothing, without an error.
        case ignored
        /// Frames of a CAN bus.
        case can(CANMapping)
        /// Messages of Protocol Buffers.
        case protobuf(ProtobufContent)
    }

    public var template: TopicTemplate
    public var content: Content
    /// The field of a topic that names none by itself.
    public var field: String?

    public init(template: TopicTemplate, content: Content, field: String? = nil) {
        self.template = template
        self.content = content
        self.field = field
    }
}

/// Which places of a document mean what.
public struct DocumentMapping: Sendable, Equatable {
    public var fields: [FieldMapping]
    /// Where the document names its vehicle, if it does.
    public var vehiclePath: [PathStep]?

    public init(fields: [FieldMapping], vehiclePath: [PathStep]? = nil) {
        self.fields = fields
        self.vehiclePath = vehiclePath
    }

    /// Whether the topic's `{field}` is the value of one of the fields.
    public var takesTopic: Bool { fields.contains { $0.format == .topic } }
}

/// A time in a document.
public struct TimeMapping: Sendable, Hashable {
    public var path: [PathStep]
    public var kind: TimeKind
    /// `.event` where the vehicle measured then, `.backend` where a cloud wrote it then.
    public var quality: TimeQuality

    public init(path: [PathStep], kind: TimeKind = .rfc3339, quality: TimeQuality = .event) {
        self.path = path
        self.kind = kind
        self.quality = quality
    }
}

/// One value of a document and the signal that it is.
public struct FieldMapping: Sendable, Equatable {
    /// A value in the catalogue's unit, as mappings write it.
    public enum Constant: Sendable, Equatable, Hashable {
        case boolean(Bool)
        case number(Double)
        /// One of the signal's allowed words.
        case word(String)
    }

    /// Keys from the outermost object (of field topics: the field, then keys of the payload).
    public var path: [PathStep]
    /// Other ways in which the source writes the path's last key.
    public var spellings: [String]
    /// Path of the signal in the catalogue.
    public var signal: String
    /// Unit that the source writes; `nil`: the catalogue's.
    public var unit: Unit?
    /// Factor before the unit: -1 turns a sign, 0.1 undoes tenths.
    public var scale: Double
    /// What is added after the factor, before the unit: -40 for a byte of degrees.
    public var offset: Double
    /// Numbers that mean "no value", as written, before factor and unit.
    public var invalidNumbers: [Double]
    /// Texts that mean "no value".
    public var invalidTexts: [String]
    /// Texts (or numbers as written) that stand for values. Others are out of range.
    public var words: [String: Constant]
    /// Value where the object around is there and this key is not. Where a key of the object is
    /// spelt in several ways, a key that no path names may be one more: then nothing stands in.
    public var missing: Constant?
    /// Whether numbers may also come as text: `"12.3"`.
    public var takesNumbersAsText: Bool
    /// Where its time stands; `nil`: nowhere, arrival stands in.
    public var time: TimeMapping?
    public var format: ValueFormat
    /// Which part of a text with commas is the value, from 0.
    public var part: Int?
    /// The path ends at an object that is one reading; `nil`: at the value itself.
    public var shape: ReadingShape?
    /// The object is this field's only if its member says one of these.
    public var when: MemberCondition?
    /// The value is absent if the member says one of these.
    public var unless: MemberCondition?

    public init(
        path: [PathStep], signal: String, unit: Unit? = nil, scale: Double = 1,
        offset: Double = 0, invalidNumbers: [Double] = [], invalidTexts: [String] = [],
        words: [String: Constant] = [:], missing: Constant? = nil,
        takesNumbersAsText: Bool = false, time: TimeMapping? = nil,
        format: ValueFormat = .plain, part: Int? = nil, shape: ReadingShape? = nil,
        when: MemberCondition? = nil, unless: MemberCondition? = nil, spellings: [String] = []
    ) {
        self.path = path
        self.spellings = spellings
        self.signal = signal
        self.unit = unit
        self.scale = scale
        self.offset = offset
        self.invalidNumbers = invalidNumbers
        self.invalidTexts = invalidTexts
        self.words = words
        self.missing = missing
        self.takesNumbersAsText = takesNumbersAsText
        self.time = time
        self.format = format
        self.part = part
        self.shape = shape
        self.when = when
        self.unless = unless
    }
}
