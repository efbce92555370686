/// Somebody who holds, leases or drives a vehicle.
public struct Person: Sendable, Hashable {
    /// The store's number; 0 before it is stored.
    public var id: Int64
    /// The importer's own key; never leaves the gateway.
    public var key: String
    public var name: String
    /// BCP 47, `nl` or `de-AT`.
    public var language: String
    public var phone: String?
    public var email: String?
    public var sms: String?
    /// Postal address in one line.
    public var post: String?
    /// When to call, in the person's own words.
    public var bestTime: String?
    /// Who advises this person at the dealer.
    public var advisor: String?
    /// The person's own "no": it overrides every permission, agreement and rule.
    public var doNotContact: Bool

    public init(
        id: Int64 = 0, key: String, name: String, language: String, phone: String? = nil,
        email: String? = nil, sms: String? = nil, post: String? = nil, bestTime: String? = nil,
        advisor: String? = nil, doNotContact: Bool = false
    ) {
        self.id = id
        self.key = key
        self.name = name
        self.language = language
        self.phone = phone
        self.email = email
        self.sms = sms
        self.post = post
        self.bestTime = bestTime
        self.advisor = advisor
        self.doNotContact = doNotContact
    }

    /// The address for a channel, if the person gave one.
    public func address(for channel: ContactChannel) -> String? {
        switch channel {
        case .phone: phone
        case .email: email
        case .sms: sms
        case .post: post
        }
    }
}

/// A way to reach a person.
public enum ContactChannel: String, Sendable, CaseIterable, Codable {
    case phone
    case email
    case sms
    case post
}
