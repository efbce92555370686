/// The address of a dealer's system, taken apart so strictly that the HTTP client cannot read it
/// otherwise than the check before it did.
public struct TargetURL: Sendable, Hashable {
    public let isSecure: Bool
    /// Lower case; without brackets where it is an IPv6 address.
    public let host: String
    public let port: Int
    /// Path and query, beginning with `/`.
    public let resource: String
    /// Set where the host is written as an address.
    public let literal: IPAddress?

    /// Longest URL that is read, in bytes.
    public static let bytesMax = 2048

    /// Reads `https://host[:port][/path][?query]`, or `http`. Names and passwords, fragments,
    /// blanks, and hosts that some readers take for a number are refused.
    public init(_ text: String) throws(TargetRefusal) {
        guard text.utf8.count <= Self.bytesMax else { throw .malformed("longer than 2048 bytes") }
        guard text.utf8.allSatisfy(Self.isAllowed) else {
            throw .malformed("a character that must be percent-encoded")
        }
        guard let mark = text.firstIndex(of: ":"), text[mark...].hasPrefix("://") else {
            throw .malformed("no scheme")
        }
        switch text[..<mark].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw .malformed("the scheme is neither https nor http")
        }
        let rest = text[text.index(mark, offsetBy: 3)...]
        if rest.contains("#") { throw .malformed("a fragment") }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        if authority.contains("@") { throw .malformed("a user name or password") }
        (host, literal, port) = try Self.hostAndPort(authority, standard: isSecure ? 443 : 80)
        resource = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
    }

    /// The URL again, from its parts.
    public var text: String {
        let name = if case .v6 = literal { "[\(host)]" } else { host }
        return "\(isSecure ? "https" : "http")://\(name):\(port)\(resource)"
    }

    private static func hostAndPort(
        _ authority: Substring, standard: Int
    ) throws(TargetRefusal) -> (String, IPAddress?, Int) {
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]"),
                case .v6(let high, let low)? = IPAddress(String(authority[..<close].dropFirst()))
            else { throw .malformed("no IPv6 address in the brackets") }
            let address = IPAddress.v6(high, low)
            let port = try port(authority[authority.index(after: close)...], standard: standard)
            return (address.description, address, port)
        }
        let end = authority.firstIndex(of: ":") ?? authority.endIndex
        let port = try port(authority[end...], standard: standard)
        var host = authority[..<end].lowercased()
        // `dealer.example.` is the same name; pinned and certified under the form without the dot.
        if host.hasSuffix(".") { host.removeLast() }
        if let address = IPAddress(host) { return (host, address, port) }
        try checkName(host)
        return (host, nil, port)
    }

    private static func checkName(_ host: String) throws(TargetRefusal) {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard 1...253 ~= host.utf8.count, labels.allSatisfy({ 1...63 ~= $0.utf8.count }),
            host.utf8.allSatisfy({ byte in
                0x61...0x7A ~= byte || 0x30...0x39 ~= byte || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            })
        else { throw .malformed("the host is no name") }
        // 0x7f.1, 2130706433, 127.1: addresses to some readers, names to others.
        guard let last = labels.last, let first = last.utf8.first, !(0x30...0x39 ~= first) else {
            throw .malformed("the host is a number, but not a plain IPv4 address")
        }
    }

    private static func port(_ text: Substring, standard: Int) throws(TargetRefusal) -> Int {
        if text.isEmpty { return standard }
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), 1...5 ~= digits.utf8.count,
            digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(digits),
            1...65_535 ~= port
        else { throw .malformed("the port is no number of 1–65535") }
        return port
    }

    /// Visible ASCII without the characters that RFC 3986 leaves out; `%` is left to the receiver.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        guard 0x21...0x7E ~= byte else { return false }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
            UInt8(ascii: "}"):
            return false
        default: return true
        }
    }
}

/// Why a target is not called, and what to do about it.
public enum TargetRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed(String)
    case notSecure
    case port(Int)
    case address(IPAddress, AddressKind)

    public var description: String {
        switch self {
        case .malformed(let what): "the URL cannot be used: \(what)"
        case .notSecure: "only https is called; list the target to allow http"
        case .port(let port): "port \(port) is not allowed; list the target or the port"
        case .address(let address, let kind):
            "\(address) is \(kind.rawValue); list the target to allow it"
        }
    }
}
