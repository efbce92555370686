extension DBCDatabase {
    /// Reads a DBC file: messages and signals, multiplexing of both kinds, floats, value tables,
    /// comments. Text that is not UTF-8 is taken for Latin-1.
    public init(bytes: [UInt8]) throws(DBCFlaw) {
        self = try DBCFile(bytes: bytes).database
    }
}

/// Reads statement by statement. Most end with `;`; `BO_` and `SG_` end with their last part.
struct DBCParser {
    /// Words that begin a statement.
    static let keywords: Set<String> = [
        "VERSION", "NS_", "BS_", "BU_", "VAL_TABLE_", "BO_", "SG_", "CM_", "VAL_", "BA_DEF_",
        "BA_", "BA_DEF_DEF_", "BA_DEF_REL_", "BA_REL_", "BA_DEF_DEF_REL_", "BA_SGTYPE_",
        "BA_DEF_SGTYPE_", "BO_TX_BU_", "BU_SG_REL_", "BU_EV_REL_", "BU_BO_REL_", "CAT_",
        "CAT_DEF_", "EV_", "EV_DATA_", "ENVVAR_DATA_", "FILTER", "NS_DESC_", "SGTYPE_",
        "SGTYPE_VAL_", "SIG_GROUP_", "SIG_TYPE_REF_", "SIG_VALTYPE_", "SIGTYPE_VALTYPE_",
        "SG_MUL_VAL_",
    ]
    /// The usual number of a message that only holds signals without a frame, and its name.
    static let orphansID: UInt64 = 0xC000_0000
    static let orphansName = "VECTOR__INDEPENDENT_SIG_MSG"

    struct Entry {
        var message: DBCMessage
        var line: Int
        /// No frame, but a place for signals without one.
        var isForOrphans: Bool
        /// Line and `mN` of each signal.
        var signalLines: [Int] = []
        var simpleValues: [UInt64?] = []
    }

    struct SignalName: Hashable {
        var id: UInt64
        var name: String
    }

    private var tokens: DBCTokens
    private(set) var token: DBCToken
    var entries: [Entry] = []
    /// Place of a message in `entries`, by its number as written.
    var places: [UInt64: Int] = [:]
    var floats: [(SignalName, DBCSignal.ValueType, line: Int)] = []
    var words: [SignalName: [Int64: String]] = [:]
    var comments: [SignalName: String] = [:]
    var extended: [SignalName: (condition: DBCSignal.Condition, line: Int)] = [:]

    init(_ bytes: [UInt8]) throws(DBCFlaw) {
        tokens = DBCTokens(bytes)
        token = try tokens.next()
    }

    mutating func advance() throws(DBCFlaw) { token = try tokens.next() }

    mutating func parse() throws(DBCFlaw) -> DBCFile {
        while token.kind != .end {
            let keyword = token
            guard keyword.kind == .name, Self.keywords.contains(keyword.text) else {
                throw DBCFlaw(
                    keyword.line, "\(quoted(keyword)) begins no statement",
                    remedy: "look at this line and at the end of the statement above")
            }
            try advance()
            switch keyword.text {
            case "VERSION": if token.kind == .string { try advance() }
            case "NS_": try skipSymbolNames()
            case "BS_", "BU_": try skipLineList()
            case "BO_": try message(keyword.line)
            case "SG_": try signal(keyword.line)
            case "SIG_VALTYPE_": try valueType(keyword.line)
            case "SG_MUL_VAL_": try extendedMultiplexing(keyword.line)
            case "VAL_": try valueWords(keyword.line)
            case "CM_": try comment(keyword.line)
            default: try skipStatement(keyword)
            }
        }
        return try finish()
    }

    // MARK: parts of statements

    func expected(_ what: String) -> DBCFlaw {
        let found = token.kind == .end ? "the end of the file" : quoted(token)
        return DBCFlaw(
            token.line, "\(found) stands where \(what) is meant", remedy: "write \(what)")
    }

    /// A token as a message shows it: what of it stands on its first line, 40 characters at most.
    private func quoted(_ token: DBCToken) -> String {
        let shown = token.text.prefix { !$0.isNewline }.prefix(40)
        return "\"\(shown)\(shown.endIndex == token.text.endIndex ? "" : "…")\""
    }

    mutating func mark(_ text: String) throws(DBCFlaw) {
        guard token.kind == .mark, token.text == text else { throw expected(text) }
        try advance()
    }

    mutating func name(_ what: String) throws(DBCFlaw) -> String {
        guard token.kind == .name else { throw expected(what) }
        let text = token.text
        try advance()
        return text
    }

    mutating func number(_ what: String) throws(DBCFlaw) -> Double {
        guard token.kind == .number, let value = Double(token.text), value.isFinite else {
            throw expected(what)
        }
        try advance()
        return value
    }

    mutating func whole(_ what: String) throws(DBCFlaw) -> UInt64 {
        guard token.kind == .number, let value = UInt64(token.text) else { throw expected(what) }
        try advance()
        return value
    }

    /// The end of a statement that began on `line`.
    mutating func semicolon(_ line: Int) throws(DBCFlaw) {
        guard token.kind == .mark, token.text == ";" else {
            throw DBCFlaw(
                line, "the statement that begins here does not end", remedy: "write ; at its end")
        }
        try advance()
    }

    /// Reads over a statement up to its `;`.
    mutating func skipStatement(_ keyword: DBCToken) throws(DBCFlaw) {
        while !(token.kind == .mark && token.text == ";") {
            let isNext =
                token.isFlush && token.kind == .name && Self.keywords.contains(token.text)
            guard token.kind != .end, !isNext else { try semicolon(keyword.line); return }
            try advance()
        }
        try advance()
    }

    /// `NS_ :` and names of keywords, each alone on its line.
    private mutating func skipSymbolNames() throws(DBCFlaw) {
        if token.text == ":" { try advance() }
        while token.kind == .name {
            let kept = (tokens, token)
            try advance()
            let isAlone = kept.1.isFirstOfLine && (token.isFirstOfLine || token.kind == .end)
            if !isAlone {
                (tokens, token) = kept
                return
            }
        }
    }

    /// `BS_:` and `BU_:` with whatever follows up to the next statement.
    private mutating func skipLineList() throws(DBCFlaw) {
        while token.kind != .end {
            if token.kind == .name, Self.keywords.contains(token.text) { return }
            try advance()
        }
    }
}
