/// An address of either Internet protocol, as numbers, so that ranges can be compared.
public enum IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// In host byte order: 127.0.0.1 is 0x7F00_0001.
    case v4(UInt32)
    /// The upper and lower 64 bits.
    case v6(UInt64, UInt64)

    /// Reads four decimal numbers with dots, or IPv6 text without zone and brackets. Nothing else:
    /// the short, octal and hexadecimal forms that some systems read as IPv4 are no addresses here.
    public init?(_ text: String) {
        if let number = Self.version4(Substring(text)) {
            self = .v4(number)
        } else if let (high, low) = Self.version6(text) {
            self = .v6(high, low)
        } else {
            return nil
        }
    }

    /// Text that ``init(_:)`` reads back; IPv6 without the `::` shortening.
    public var description: String {
        switch self {
        case .v4(let number):
            (0..<4).map { String(number >> (24 - 8 * UInt32($0)) & 0xFF) }.joined(separator: ".")
        case .v6(let high, let low):
            [high, low].flatMap { half in
                (0..<4).map { String(half >> (48 - 16 * UInt64($0)) & 0xFFFF, radix: 16) }
            }
            .joined(separator: ":")
        }
    }

    private static func version4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            // A leading zero means octal to some readers: refused.
            guard 1...3 ~= part.utf8.count, part.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
                part.utf8.count == 1 || part.utf8.first != 0x30, let value = UInt32(part),
                value <= 255
            else { return nil }
            number = number << 8 | value
        }
        return number
    }

    private static func version6(_ text: String) -> (UInt64, UInt64)? {
        guard text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        let halves = text.splitAtDoubleColon()
        guard halves.count <= 2 else { return nil }
        guard let head = groups(halves[0], isLast: halves.count == 1) else { return nil }
        guard halves.count == 2 else {
            return head.count == 8 ? joined(head) : nil
        }
        guard let tail = groups(halves[1], isLast: true), head.count + tail.count < 8 else {
            return nil
        }
        let zeros = [UInt64](repeating: 0, count: 8 - head.count - tail.count)
        return joined(head + zeros + tail)
    }

    /// The 16-bit groups of one side of `::`; the last one may be dotted.
    private static func groups(_ text: Substring, isLast: Bool) -> [UInt64]? {
        if text.isEmpty { return [] }
        var groups: [UInt64] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, let dotted = version4(part) {
                groups += [UInt64(dotted >> 16), UInt64(dotted & 0xFFFF)]
            } else if 1...4 ~= part.utf8.count, part.utf8.first != UInt8(ascii: "+"),
                let value = UInt64(part, radix: 16)
            {
                groups.append(value)
            } else {
                return nil
            }
        }
        return groups
    }

    private static func joined(_ groups: [UInt64]) -> (UInt64, UInt64) {
        (
            groups[0..<4].reduce(0) { $0 << 16 | $1 }, groups[4..<8].reduce(0) { $0 << 16 | $1 }
        )
    }
}

extension String {
    /// Splits at each `::`; more than two parts is no address.
    fileprivate func splitAtDoubleColon() -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var index = startIndex
        while index < endIndex {
            let after = self.index(after: index)
            if self[index] == ":", after < endIndex, self[after] == ":" {
                parts.append(self[start..<index])
                start = self.index(after: after)
                index = start
            } else {
                index = after
            }
        }
        parts.append(self[start...])
        return parts
    }
}
