/// A place in a list that changes, as the caller sees it: opaque text.
///
/// Inside stands the kind of list and the sequence number after which the next page begins, in
/// base 36, so that a cursor of one list is not taken for one of another.
package enum Cursor {
    /// The cursor of `sequence` in the list `kind` (one letter).
    package static func text(_ kind: Character, _ sequence: Int64) -> String {
        "\(kind)\(String(sequence, radix: 36))"
    }

    /// The sequence number of `text`; nothing, an empty text and `0` mean the beginning.
    package static func sequence(_ kind: Character, _ text: String?) throws -> Int64 {
        guard let text, !text.isEmpty, text != "0" else { return 0 }
        guard text.first == kind, text.utf8.count <= 14,
            let sequence = Int64(text.dropFirst(), radix: 36), sequence >= 0
        else { throw Problem(.badCursor, "The parameter after holds no cursor of this list.") }
        return sequence
    }
}
