public import VehicleSignals

/// The states of a consent record in ISO/IEC TS 27560 and the W3C's Data Privacy Vocabulary.
public enum PermissionState: String, Sendable, CaseIterable, Codable {
    case unknown = "Unknown"
    case requested = "Requested"
    case requestDeferred = "RequestDeferred"
    case refused = "Refused"
    case given = "Given"
    case expired = "Expired"
    case invalidated = "Invalidated"
    case revoked = "Revoked"
    case withdrawn = "Withdrawn"
    case renewed = "RenewedConsentGiven"

    /// What a state says. Only two of the ten permit processing.
    public var stance: PermissionStance {
        switch self {
        case .given, .renewed: .yes
        case .refused, .invalidated, .revoked, .withdrawn: .no
        case .unknown, .requested, .requestDeferred, .expired: .silent
        }
    }

    /// Reads a state's word, in whatever letter case; `nil` if there is no such state.
    public init?(word: String) {
        let lowered = word.lowercased()
        guard let state = Self.allCases.first(where: { $0.rawValue.lowercased() == lowered })
        else { return nil }
        self = state
    }
}

/// Whether somebody said yes, said no, or has not said anything that counts.
public enum PermissionStance: Sendable, Hashable {
    case yes
    case no
    case silent
}

/// On which ground of the law a permission rests: the words of Article 6 of the GDPR. The site that
/// imports a record knows; where it says nothing, the record is a consent.
public enum LegalBasis: String, Sendable, CaseIterable, Codable {
    case consent
    case contract
    case legalObligation = "legal_obligation"
    case vitalInterest = "vital_interest"
    case publicTask = "public_task"
    case legitimateInterest = "legitimate_interest"
}

/// One event in the history of a permission. Events are only ever added.
public struct PermissionRecord: Sendable, Hashable {
    /// The store's number: what leads and disclosures name as their basis.
    public var id: Int64
    public var person: Int64
    /// Who may process: a dealer's key or a manufacturer's party name.
    public var controller: String
    public var purpose: Purpose
    /// `nil`: the sharing as such. With a channel: that channel only.
    public var channel: ContactChannel?
    /// `nil`: whatever vehicle the person holds. Otherwise it ends with that holding.
    public var epoch: Int64?
    public var state: PermissionState
    /// When the person said so.
    public var at: Timestamp
    /// First moment at which a yes no longer holds; `nil` for an open end.
    public var validUntil: Timestamp?
    public var basis: LegalBasis

    public init(
        id: Int64, person: Int64, controller: String, purpose: Purpose,
        channel: ContactChannel? = nil, epoch: Int64? = nil, state: PermissionState,
        at: Timestamp, validUntil: Timestamp? = nil, basis: LegalBasis = .consent
    ) {
        self.id = id
        self.person = person
        self.controller = controller
        self.purpose = purpose
        self.channel = channel
        self.epoch = epoch
        self.state = state
        self.at = at
        self.validUntil = validUntil
        self.basis = basis
    }
}

/// What a person's records say at one moment.
public enum PermissionAnswer: Sendable, Hashable {
    /// Permitted; the records that say so, ascending.
    case yes([Int64])
    /// The person said no, in this record.
    case no(Int64)
    /// A yes ran out; its record.
    case lapsed(Int64)
    /// Nothing on record that counts.
    case missing
}

/// What `records` (all of one person) say about `purpose` for the named controllers at `time`.
///
/// Records fall into threads of the same controller, channel and holding; in a thread the last
/// event by `time` counts, and of events at the same moment a "no" counts. Then over threads: a
/// single "no" decides, otherwise one "yes" is needed. Without a channel only threads without one
/// are asked; with a channel those too, so that a channel's yes never outlives the sharing itself.
public func permission(
    in records: [PermissionRecord], purpose: Purpose, controllers: [String],
    channel: ContactChannel? = nil, epoch: Int64, at time: Timestamp
) -> PermissionAnswer {
    struct Thread: Hashable {
        var controller: String
        var channel: ContactChannel?
        var epoch: Int64?
    }
    var latest: [Thread: PermissionRecord] = [:]
    for record in records {
        guard record.purpose == purpose, record.at <= time,
            controllers.contains(record.controller),
            record.channel == nil || record.channel == channel,
            record.epoch == nil || record.epoch == epoch
        else { continue }
        let thread = Thread(
            controller: record.controller, channel: record.channel, epoch: record.epoch)
        if let current = latest[thread], !record.comes(after: current) { continue }
        latest[thread] = record
    }
    var yes: [Int64] = []
    var lapsed: Int64?
    var refusal: Int64?
    for record in latest.values {
        switch record.state.stance {
        case .no: refusal = max(refusal ?? 0, record.id)
        case .yes:
            if let end = record.validUntil, end <= time {
                lapsed = max(lapsed ?? 0, record.id)
            } else {
                yes.append(record.id)
            }
        case .silent:
            if record.state == .expired { lapsed = max(lapsed ?? 0, record.id) }
        }
    }
    if let refusal { return .no(refusal) }
    if !yes.isEmpty { return .yes(yes.sorted()) }
    return lapsed.map { .lapsed($0) } ?? .missing
}

extension PermissionRecord {
    /// Later in time; at the same moment a "no" comes last, then the record added later.
    fileprivate func comes(after other: PermissionRecord) -> Bool {
        if at != other.at { return at > other.at }
        let isNo = state.stance == .no
        let otherIsNo = other.state.stance == .no
        return isNo == otherIsNo ? id > other.id : isNo
    }
}
