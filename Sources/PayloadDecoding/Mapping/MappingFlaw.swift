/// Why definitions cannot be compiled. The loader of files finds most of them earlier, with file
/// and line; this is the last check, for definitions from anywhere.
public struct MappingFlaw: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case sourceTwice
        case templateTwice(String)
        case unknownEdition(Int)
        case unknownSignal(String)
        /// The source's unit measures something else than the signal's.
        case unitMismatch(signal: String, unit: String)
        /// A word, or the value for a missing key, that the signal cannot have.
        case wrongConstant(path: String)
        /// A signal of texts or trouble codes with words, factor or unit.
        case notANumber(path: String)
        case emptyPath
        case nameTooLong(String)
        /// A field template without `{field}`.
        case noFieldInTopic(String)
        /// Neither the topic nor the document names the vehicle.
        case noVehicle(String)
        /// A place for the vehicle's name in payloads of which the topic names the vehicle, or
        /// which have a fixed place for it.
        case vehicleOfForm
        /// The same path says both "time" and "vehicle", or two kinds of time.
        case pathTwice(String)
        case tooManyTimes(limit: Int)
        /// Two signals claim one path in one edition of VSS.
        case spellingTwice(path: String, edition: Int)
        case tooManySources(limit: Int)
        case payloadLimit(Int)
        /// A signal of a CAN mapping that its database does not have, and what is missing.
        case unknownInDatabase(String, String)
        /// In a FleetWise manifest, a path that is no signal's number, or one for the second time.
        case noSignalNumber(String)
        /// In a mapping by name, a path of several steps or to an object.
        case notOneName(String)
        /// A template that does not follow Sparkplug's topics.
        case notSparkplug(String)
        /// A path with steps that cannot stand there: an array outermost, or JSON in a text twice.
        case impossiblePath(String)
        /// A condition on an object, where the path leads to a single value.
        case conditionWithoutShape(path: String)
        /// A format that the signal or the form of the payload does not allow.
        case wrongFormat(path: String)
        /// Beginnings of different lengths that mean "no value".
        case beginnings(path: String)
        /// More than the tables hold; `what` says of what.
        case tooMany(what: String, limit: Int)
    }

    /// Name of the source; empty where the catalogue is at fault.
    public var source: String
    public var reason: Reason

    init(_ reason: Reason, source: String) {
        self.source = source
        self.reason = reason
    }

    /// A sentence for people, with the source's name.
    public var sentence: String { source.isEmpty ? words : "source \(source): \(words)" }

    /// The same without the name, for a place that says it.
    public var words: String {
        switch reason {
        case .sourceTwice: "two sources have this name"
        case .templateTwice(let text): "the topic \(text) stands twice"
        case .unknownEdition(let edition):
            "VSS edition \(edition) is not known; write 4, 5 or 6"
        case .unknownSignal(let path): "the catalogue has no signal \(path)"
        case .unitMismatch(let signal, let unit): "\(unit) does not measure what \(signal) is"
        case .wrongConstant(let path):
            "\(path) is mapped to a value that the signal cannot have"
        case .notANumber(let path):
            "\(path): texts and trouble codes have no unit, factor or words"
        case .emptyPath: "a field has no path"
        case .nameTooLong(let name):
            "longer than \(DecodingLimits.resolvedBytesMax) bytes: the name \(name.prefix(40))…"
        case .noFieldInTopic(let text): "the topic \(text) names no {field}"
        case .noVehicle(let text):
            "neither the topic \(text) nor its document names the vehicle"
        case .vehicleOfForm:
            "the topic or the message's own form names the vehicle here; a mapping cannot"
        case .pathTwice(let path): "\(path) has two meanings that exclude each other"
        case .tooManyTimes(let limit): "more than \(limit) different times in one document"
        case .spellingTwice(let path, let edition):
            "two signals are written \(path) in VSS \(edition)"
        case .tooManySources(let limit): "more than \(limit) sources"
        case .impossiblePath(let path):
            "\(path): a path begins with a key and enters JSON in a text at most once"
        case .conditionWithoutShape(let path):
            "\(path): a condition asks for a reading that says where the value stands"
        case .wrongFormat(let path): "\(path): this format does not fit the signal or the form"
        case .beginnings(let path):
            "\(path): beginnings that mean no value (x*) must be of one length, 255 bytes at most"
        case .tooMany(let what, let limit): "more than \(limit) \(what) in one document"
        case .payloadLimit(let bytes): "a payload limit of \(bytes) bytes; write 1 to 268435456"
        case .unknownInDatabase(let name, let sentence): "\(name): \(sentence)"
        case .noSignalNumber(let name):
            "\(name) in a manifest: write a signal's number, once, or dtc for trouble codes"
        case .notOneName(let path): "\(path): here a path is one whole name; write its dots as \\."
        case .notSparkplug(let text):
            "the topic \(text): write spBv1.0/{+}/{+}/{vehicle}, spBv1.0/{+}/{+}/{vehicle}/{+}"
                + " or spBv1.0/{+}/{+}/{+}/{vehicle}"
        }
    }
}
