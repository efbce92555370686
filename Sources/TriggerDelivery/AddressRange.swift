/// A block of addresses in CIDR form, such as `10.0.0.0/8` or `fd00::/8`.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    public let base: IPAddress
    /// Leading bits that count: 0–32 or 0–128.
    public let prefixLength: Int

    /// Reads `address/bits`; a bare address is a block of one. Bits behind the prefix are ignored.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = IPAddress(String(parts[0])) else { return nil }
        let widest = if case .v4 = base { 32 } else { 128 }
        guard parts.count == 2 else {
            self.base = base
            prefixLength = widest
            return
        }
        guard 1...3 ~= parts[1].utf8.count, parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let bits = Int(parts[1]), bits <= widest
        else { return nil }
        self.base = base
        prefixLength = bits
    }

    /// Addresses of the other protocol never lie in it.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4(let own), .v4(let other)):
            return prefixLength == 0 || (own ^ other) >> UInt32(32 - prefixLength) == 0
        case (.v6(let ownHigh, let ownLow), .v6(let high, let low)):
            if prefixLength == 0 { return true }
            if prefixLength <= 64 { return (ownHigh ^ high) >> UInt64(64 - prefixLength) == 0 }
            return ownHigh == high && (ownLow ^ low) >> UInt64(128 - prefixLength) == 0
        default: return false
        }
    }

    public var description: String { "\(base)/\(prefixLength)" }
}

/// What kind of place an address is, where a gateway that calls addresses given by others is
/// concerned.
public enum AddressKind: String, Sendable, CaseIterable {
    /// Anybody's, on the Internet.
    case global
    /// This machine, or a private network: callable only where configured.
    case `private`
    /// Link-local, cloud metadata, documentation, reserved: callable only if listed by name.
    case special
    /// Unspecified, multicast, broadcast: never a place to send a lead.
    case unusable
}

extension IPAddress {
    /// By the special-purpose registries of IANA (RFC 6890 and its updates), and the public address
    /// at which one cloud answers its virtual machines with their secrets.
    ///
    /// IPv6 forms that carry an IPv4 address (mapped, NAT64) are what that address is; the other
    /// transition forms (6to4, Teredo, compatible) are special.
    public var kind: AddressKind {
        if let inner = carriedVersion4 { return inner.kind }
        for (ranges, kind) in Self.table where ranges.contains(where: { $0.contains(self) }) {
            return kind
        }
        guard case .v6(let high, _) = self else { return .global }
        // Only 2000::/3 is handed out.
        return high >> 61 == 1 ? .global : .special
    }

    /// The IPv4 address inside `::ffff:a.b.c.d` or `64:ff9b::a.b.c.d`.
    private var carriedVersion4: IPAddress? {
        guard case .v6(let high, let low) = self else { return nil }
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        let isTranslated = high == 0x0064_FF9B_0000_0000 && low >> 32 == 0
        return isMapped || isTranslated ? .v4(UInt32(truncatingIfNeeded: low)) : nil
    }

    /// The first that contains an address counts: single special addresses lie in private blocks.
    private static let table: [([AddressRange], AddressKind)] = [
        (
            ranges("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/128", "ff00::/8"),
            .unusable
        ),
        (
            ranges(
                "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
                "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
                "100.100.100.200/32", "168.63.129.16/32", "2001::/23", "2001:db8::/32",
                "2002::/16", "3fff::/20", "fd00:ec2::254/128"),
            .special
        ),
        (
            ranges(
                "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                "::1/128", "fc00::/7"),
            .private
        ),
    ]

    private static func ranges(_ texts: String...) -> [AddressRange] {
        texts.compactMap { AddressRange($0) }
    }
}
