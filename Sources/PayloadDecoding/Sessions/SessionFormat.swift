/// What a session's bytes are. The number of a format and its version make up the word that stands
/// beside the bytes wherever they are stored: bytes of an unknown word are never read.
enum SessionFormat: UInt16, CaseIterable, BitwiseCopyable {
    /// Births and aliases of a Sparkplug node or device.
    case sparkplug = 1
    /// The buses of one topic: messages of several frames that are not complete yet, and what each
    /// control unit said last. See ``CANSession``.
    case canBus = 4

    /// To be raised when the meaning of the bytes changes: older bytes are then dropped.
    private var version: UInt16 {
        switch self {
        case .sparkplug: 1
        // 2: buses have names, and stand in transfers and facts.
        case .canBus: 2
        }
    }

    /// Format and version in one word.
    var word: UInt32 { UInt32(rawValue) << 16 | UInt32(version) }

    /// A topic on which the sender of a session speaks. Sparkplug's senders are named by the
    /// levels that all of their topics share; the others by the topic itself.
    func topic(of sender: [UInt8]) -> [UInt8] {
        guard self == .sparkplug else { return sender }
        let levels = sender.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard levels.count == 2 || levels.count == 3 else { return sender }
        var topic = Array("spBv1.0/".utf8) + levels[0]
        topic += Array((levels.count == 2 ? "/NDATA/" : "/DDATA/").utf8) + levels[1]
        if levels.count == 3 { topic += Array("/".utf8) + levels[2] }
        return topic
    }

    init?(word: UInt32) {
        guard let format = SessionFormat(rawValue: UInt16(truncatingIfNeeded: word >> 16)),
            format.word == word
        else { return nil }
        self = format
    }

    /// Whether a stored word is one of an earlier version: its bytes are of no use any more.
    static func isOutdated(_ word: UInt32) -> Bool {
        guard let format = SessionFormat(rawValue: UInt16(truncatingIfNeeded: word >> 16)) else {
            return false
        }
        return word < format.word
    }

    /// Whether restored bytes have the shape that the format's decoder relies on. Bytes of one's
    /// own making always do; what does not is dropped, so that a decoder meets no surprise.
    func isWellFormed(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .sparkplug: return SparkplugSession.isWellFormed(bytes)
        case .canBus:
            var session = CANSession()
            return session.read(bytes)
        }
    }
}
