import Customers
import VehicleSignals

/// What is wrong with a row: rejected, while the others land.
struct RowFlaw: Error {
    var column: String?
    var reason: String
}

/// A record with its columns by name, and the ways to read them.
struct ImportRow {
    /// Place of each known column that the file has.
    let places: [String: Int]
    let record: CSVRecord

    func has(_ column: String) -> Bool { places[column] != nil }

    /// The cell without spaces around; `nil` if empty or the file has no such column.
    func optional(_ column: String) throws -> String? {
        guard let place = places[column] else { return nil }
        let text = WordList.trimmed(record.fields[place][...])
        if text.isEmpty { return nil }
        for scalar in text.unicodeScalars {
            if scalar == "\u{FFFD}" {
                throw RowFlaw(column: column, reason: "holds bytes that are no text")
            }
            if scalar.value < 0x20 && scalar != "\n" && scalar != "\t" {
                throw RowFlaw(column: column, reason: "holds a control character")
            }
        }
        return text
    }

    func required(_ column: String) throws -> String {
        guard let text = try optional(column) else {
            throw RowFlaw(column: column, reason: "is empty")
        }
        return text
    }

    /// A whole number in `range`; decimals and signs of thousands are no numbers here.
    func number(_ column: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try optional(column) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw RowFlaw(
                column: column,
                reason: "\"\(text)\" is no whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }

    func yesOrNo(_ column: String) throws -> Bool? {
        guard let text = try optional(column) else { return nil }
        switch text.lowercased() {
        case "yes", "true", "1", "y": return true
        case "no", "false", "0", "n": return false
        default: throw RowFlaw(column: column, reason: "\"\(text)\" is neither yes nor no")
        }
    }

    /// RFC 3339, or a date, which means its first moment in UTC.
    func time(_ column: String) throws -> Timestamp? {
        guard let text = try optional(column) else { return nil }
        if let time = Timestamp(rfc3339: text) { return time }
        if let day = Self.day(text) { return day.startUTC }
        throw RowFlaw(
            column: column,
            reason: "\"\(text)\" is no time; write 2026-02-03 or 2026-02-03T07:11:00Z")
    }

    func requiredTime(_ column: String) throws -> Timestamp {
        guard let time = try time(column) else {
            throw RowFlaw(column: column, reason: "is empty")
        }
        return time
    }

    static func day(_ text: String) -> Day? {
        guard text.utf8.count == 10, let time = Timestamp(rfc3339: text + "T00:00:00Z") else {
            return nil
        }
        return Day(utc: time)
    }

    /// One of a closed set of words, in whatever letter case.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ column: String, default standard: Word? = nil
    ) throws -> Word {
        guard let text = try optional(column) else {
            if let standard { return standard }
            throw RowFlaw(column: column, reason: "is empty")
        }
        let folded = text.lowercased()
        if let word = Word.allCases.first(where: { $0.rawValue.lowercased() == folded }) {
            return word
        }
        throw RowFlaw(
            column: column, reason: "\"\(text)\" is none of \(Self.list(of: Word.self))")
    }

    /// Codes parted by spaces, commas, `;` or `|`.
    func codes<Word: RawRepresentable<String> & CaseIterable>(
        _ column: String, as: Word.Type
    ) throws -> [Word] {
        try WordList.codes(required(column)).map { text in
            if let word = Word.allCases.first(where: { $0.rawValue == text.uppercased() }) {
                return word
            }
            throw RowFlaw(
                column: column, reason: "\"\(text)\" is none of \(Self.list(of: Word.self))")
        }
    }

    private static func list<Word: RawRepresentable<String> & CaseIterable>(
        of: Word.Type
    ) -> String {
        Word.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
