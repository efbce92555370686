/// `text` with `%XX` replaced by its byte; `nil` for a cut or wrong escape or for bytes that are
/// not UTF-8. Reads `+` as a space only if `plusIsSpace` (queries, not paths).
package func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
    var out: [UInt8] = []
    var pending: [UInt8] = []
    for byte in text.utf8 {
        if pending.isEmpty {
            if byte == 0x25 {
                pending.append(byte)
            } else {
                out.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
            }
            continue
        }
        guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
        if pending.count == 1 {
            pending.append(UInt8(digit))
        } else {
            out.append(pending[1] << 4 | UInt8(digit))
            pending = []
        }
    }
    return pending.isEmpty ? String(validating: out, as: UTF8.self) : nil
}

/// The names and values of a query, decoded; `nil` if an escape is wrong or a name comes twice.
package func queryValues(_ query: String) -> [String: String]? {
    var values: [String: String] = [:]
    for pair in query.split(separator: "&", omittingEmptySubsequences: true) {
        let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = percentDecoded(halves[0], plusIsSpace: true),
            let value = percentDecoded(halves.count > 1 ? halves[1] : "", plusIsSpace: true),
            values.updateValue(value, forKey: name) == nil
        else { return nil }
    }
    return values
}
