/// Names in a table of values that say that there is no value: `Unknown`, `Not_Supported`.
///
/// The words are those that the tables of values in published databases of Ford, Volkswagen, GM
/// and Hyundai (opendbc) give to bits of measured numbers, with their other spellings; what SAE
/// J1939-71 calls the ends of a range ("not available", "error indicator", "not defined",
/// "reserved"); and the short forms SNA, NA, n/a. Left out on purpose is what may go with a number:
/// `default`, `off`, `none`, `null`, `no_limit`, `no_display` (`keine_Anzeige`), `neutral`.
enum NamesOfNoValue {
    /// In small letters and without `_`, `-` and blanks.
    private static let words: Set<String> = [
        "unknown", "unbekannt", "invalid", "signalinvalid", "ungültig", "ungueltig",
        "signalungueltig", "na", "n/a", "sna", "nodata", "nodataexists", "nodatapresent",
        "signalnotavailable", "unavailable", "temporarilynotavailable", "temporarilyunavailable",
        "nichtverfügbar", "nichtverfuegbar", "keinwertimspeicher", "notsupported", "fault",
        "faulty", "faulted", "error", "errorindicator", "fehler", "init", "initialisierung",
        "initialising", "initializing", "initialisation", "initialization",
    ]
    /// Those that tables count through: `NotUsed_1`, `NotUsed_2`.
    private static let countedWords: Set<String> = [
        "notavailable", "notused", "unused", "notdefined", "undefined", "nichtdefiniert",
        "undefiniert", "reserved", "reserviert",
    ]

    /// Whether the whole name is such a word. A name that only begins with one, as
    /// `Init_oder_nicht_verbaut`, is none.
    static func contains(_ name: String) -> Bool {
        let text = name.lowercased().filter { !"_- \t".contains($0) }
        if words.contains(text) { return true }
        var rest = text[...]
        while rest.last?.isNumber == true { rest = rest.dropLast() }
        return countedWords.contains(String(rest))
    }
}

extension DBCSignal {
    /// Bits that the table of values gives a name of no value, in their order; none where the
    /// signal is a flag or a choice and no measured number, of which `Fault` is one: it has fewer
    /// than four bits, or names for half of what they can be.
    var bitsOfNoValue: [Int64] {
        guard bitCount >= 4, bitCount >= 16 || words.count * 2 < 1 << bitCount else { return [] }
        return words.filter { NamesOfNoValue.contains($0.value) }.keys.sorted()
    }
}
