public import Customers

/// Whom a key speaks for.
public struct Caller: Sendable, Hashable {
    /// The key's public name, safe to log; never the key itself.
    public var keyID: String
    /// The party as the store knows it; for a dealer the dealer's key.
    public var party: String
    public var role: Role

    public init(keyID: String, party: String, role: Role) {
        self.keyID = keyID
        self.party = party
        self.role = role
    }
}

/// Knows the bearer keys (by their hashes).
public protocol KeyRing: Sendable {
    /// Whom `key`, as presented, speaks for; `nil` if no such key is in force. The caller hands in
    /// whatever a stranger sent (1…256 bytes of visible ASCII); comparing must take constant time.
    func caller(presenting key: String) async throws -> Caller?
}

/// Thrown by whatever fulfils the protocols of this room when the trouble will pass: the answer is
/// 503 with `Retry-After`. Any other error is answered with 500 and logged.
public struct TemporarilyUnavailable: Error, Sendable, Equatable {
    /// What is missing, in words that may be shown to any caller.
    public var reason: String
    public var retryAfterSeconds: Int

    public init(reason: String, retryAfterSeconds: Int = 5) {
        self.reason = reason
        self.retryAfterSeconds = retryAfterSeconds
    }
}
