/// Which addresses the gateway calls. A dealer chooses his URL himself, so without this check he
/// could make the gateway call its own neighbours (server-side request forgery).
public struct TargetPolicy: Sendable, Hashable {
    /// Targets that are called whatever they are, over http too, but for unusable addresses.
    public var allowed: [AllowedTarget]
    /// Calls this machine and private networks, over http too. For a gateway that serves nobody
    /// outside, and for demonstrations.
    public var allowPrivateTargets: Bool
    /// Ports that are called without being listed with their target.
    public var ports: Set<Int>

    public init(
        allowed: [AllowedTarget] = [], allowPrivateTargets: Bool = false,
        ports: Set<Int> = [443, 8443]
    ) {
        self.allowed = allowed
        self.allowPrivateTargets = allowPrivateTargets
        self.ports = ports
    }

    /// The addresses of `found` that may be called for `url`; throws the first reason if none may.
    ///
    /// - Parameter found: What the name resolves to now, or the address that the URL states.
    /// Exactly
    ///   the address returned must be called: a second lookup may answer otherwise.
    public func permitted(
        _ url: TargetURL, found: [IPAddress]
    ) throws(TargetRefusal) -> [IPAddress] {
        var refusal: TargetRefusal?
        var permitted: [IPAddress] = []
        for address in found {
            if let reason = refusalReason(url, address) {
                refusal = refusal ?? reason
            } else {
                permitted.append(address)
            }
        }
        if permitted.isEmpty, let refusal { throw refusal }
        return permitted
    }

    private func refusalReason(_ url: TargetURL, _ address: IPAddress) -> TargetRefusal? {
        let kind = address.kind
        if kind == .unusable { return .address(address, kind) }
        if allowed.contains(where: { $0.matches(url, address) }) { return nil }
        if allowPrivateTargets, kind == .private { return nil }
        guard kind == .global else { return .address(address, kind) }
        guard url.isSecure else { return .notSecure }
        guard ports.contains(url.port) else { return .port(url.port) }
        return nil
    }
}

/// An entry of the list of targets: `host`, `host:port`, `10.1.0.0/16`, `[::1]:8080`.
public struct AllowedTarget: Sendable, Hashable {
    private enum Place: Hashable {
        case name(String)
        case range(AddressRange)
    }

    private let place: Place
    private let port: Int?

    /// `nil` if the text is none of the four forms.
    public init?(_ text: String) {
        if let range = AddressRange(text) {
            place = .range(range)
            port = nil
            return
        }
        // The URL's own reader decides what a host and a port are.
        guard !text.contains("/"), let url = try? TargetURL("https://" + text) else { return nil }
        let colon = text.lastIndex(of: ":")
        let states = colon.map { !text[$0...].contains("]") } ?? false
        port = states ? url.port : nil
        if let literal = url.literal, let range = AddressRange(literal.description) {
            place = .range(range)
        } else {
            place = .name(url.host)
        }
    }

    func matches(_ url: TargetURL, _ address: IPAddress) -> Bool {
        if let port, port != url.port { return false }
        switch place {
        case .name(let name): return name == url.host
        case .range(let range): return range.contains(address)
        }
    }
}
