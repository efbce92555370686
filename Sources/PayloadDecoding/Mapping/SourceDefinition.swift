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

    public init(
        name: String, version: String, edition: Int = 6, subscriptions: [String] = [],
        payloadBytesMax: Int = DecodingLimits.payloadBytesMax, topics: [TopicDefinition]
    ) {
        self.name = name
        self.version = version
        self.edition = edition
        self.subscriptions = subscriptions
        self.payloadBytesMax = payloadBytesMax
        self.topics = topics
    }
}

/// One template of a source and what its payloads are.
public struct TopicDefinition: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        /// The gateway's own JSON form.
        case native
        /// A JSON document with many signals.
        case document(DocumentMapping)
        /// One value a message; the topic's `{field}` is the first key of the paths.
        case fields(DocumentMapping)
        /// Known and of no use: decodes to nothing, without an error.
        case ignored
        /// Frames of a CAN bus.
        case can(CANMapping)
        /// Messages of Protocol Buffers.
        case protobuf(ProtobufContent)
    }

    public var template: TopicTemplate
    public var content: Content

    public init(template: TopicTemplate, content: Content) {
        self.template = template
        self.content = content
    }
}

/// Which places of a document mean what.
public struct DocumentMapping: Sendable, Equatable {
    public var fields: [FieldMapping]
    /// Where the document names its vehicle, if it does.
    public var vehiclePath: [String]?

    public init(fields: [FieldMapping], vehiclePath: [String]? = nil) {
        self.fields = fields
        self.vehiclePath = vehiclePath
    }
}

/// A time in a document.
public struct TimeMapping: Sendable, Hashable {
    public var path: [String]
    public var kind: TimeKind
    /// `.event` where the vehicle measured then, `.backend` where a cloud wrote it then.
    public var quality: TimeQuality

    public init(path: [String], kind: TimeKind = .rfc3339, quality: TimeQuality = .event) {
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
    public var path: [String]
    /// Path of the signal in the catalogue.
    public var signal: String
    /// Unit that the source writes; `nil`: the catalogue's.
    public var unit: Unit?
    /// Factor before the unit: -1 turns a sign, 0.1 undoes tenths.
    public var scale: Double
    /// Numbers that mean "no value", as written, before factor and unit.
    public var invalidNumbers: [Double]
    /// Texts that mean "no value".
    public var invalidTexts: [String]
    /// Texts (or numbers as written) that stand for values. Others are out of range.
    public var words: [String: Constant]
    /// Value where the object around is there and this key is not.
    public var missing: Constant?
    /// Whether numbers may also come as text: `"12.3"`.
    public var takesNumbersAsText: Bool
    /// Where its time stands; `nil`: nowhere, arrival stands in.
    public var time: TimeMapping?

    public init(
        path: [String], signal: String, unit: Unit? = nil, scale: Double = 1,
        invalidNumbers: [Double] = [], invalidTexts: [String] = [],
        words: [String: Constant] = [:], missing: Constant? = nil,
        takesNumbersAsText: Bool = false, time: TimeMapping? = nil
    ) {
        self.path = path
        self.signal = signal
        self.unit = unit
        self.scale = scale
        self.invalidNumbers = invalidNumbers
        self.invalidTexts = invalidTexts
        self.words = words
        self.missing = missing
        self.takesNumbersAsText = takesNumbersAsText
        self.time = time
    }
}
