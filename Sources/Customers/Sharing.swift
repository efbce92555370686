public import VehicleSignals

/// What is to be shared with a dealer, about one vehicle, at one moment.
public struct SharingQuestion: Sendable, Hashable {
    /// Key of the dealer who would receive it.
    public var recipient: String
    public var purpose: Purpose
    public var dataClasses: Set<DataClass>
    /// The channel by which the dealer would reach the person; `nil`: none is meant.
    public var channel: ContactChannel?
    /// When the need arose: decides whose need it is.
    public var eventTime: Timestamp
    /// The moment of sharing: everything must hold then.
    public var time: Timestamp

    public init(
        recipient: String, purpose: Purpose, dataClasses: Set<DataClass>,
        channel: ContactChannel? = nil, eventTime: Timestamp, time: Timestamp
    ) {
        self.recipient = recipient
        self.purpose = purpose
        self.dataClasses = dataClasses
        self.channel = channel
        self.eventTime = eventTime
        self.time = time
    }
}

/// Everything on record that a decision about one vehicle may rest on. Holding more than needed
/// does no harm; what is missing is refused.
public struct SharingFacts: Sendable, Hashable {
    public var brand: String
    public var gate: TelemetryGate
    /// All epochs of the vehicle.
    public var epochs: [HoldingEpoch]
    /// People of the epochs who asked not to be contacted.
    public var doNotContact: Set<Int64>
    public var choices: [DealerChoice]
    /// The dealers named in the choices, and the recipient.
    public var dealers: [Dealer]
    public var agreements: [Agreement]
    public var permissions: [PermissionRecord]

    public init(
        brand: String, gate: TelemetryGate, epochs: [HoldingEpoch] = [],
        doNotContact: Set<Int64> = [], choices: [DealerChoice] = [], dealers: [Dealer] = [],
        agreements: [Agreement] = [], permissions: [PermissionRecord] = []
    ) {
        self.brand = brand
        self.gate = gate
        self.epochs = epochs
        self.doNotContact = doNotContact
        self.choices = choices
        self.dealers = dealers
        self.agreements = agreements
        self.permissions = permissions
    }
}

/// On which records a permitted disclosure rests.
public struct SharingBasis: Sendable, Hashable {
    public var epoch: Int64
    public var choice: Int64
    public var agreement: Int64
    /// Empty only for safety, which needs no permission.
    public var permissions: [Int64]
    /// The legal grounds of those records, each once and sorted; of safety, the legal obligation.
    public var grounds: [LegalBasis]

    public init(
        epoch: Int64, choice: Int64, agreement: Int64, permissions: [Int64],
        grounds: [LegalBasis] = [.consent]
    ) {
        self.epoch = epoch
        self.choice = choice
        self.agreement = agreement
        self.permissions = permissions
        self.grounds = grounds
    }

    /// `permission:12+15 agreement:3 choice:7 epoch:9 ground:consent`, as the ledger keeps it.
    public var text: String {
        let rights =
            permissions.isEmpty
            ? "law" : "permission:" + permissions.map { String($0) }.joined(separator: "+")
        return "\(rights) agreement:\(agreement) choice:\(choice) epoch:\(epoch) "
            + "ground:\(groundText)"
    }

    /// `consent`, or `consent+contract` where the records differ.
    public var groundText: String { grounds.map(\.rawValue).joined(separator: "+") }
}

public enum SharingDecision: Sendable, Hashable {
    case allowed(SharingBasis)
    case refused(RefusalReason)

    public var isAllowed: Bool {
        if case .allowed = self { return true }
        return false
    }
}

/// Where a trigger goes at one moment.
public enum Routing: Sendable, Hashable {
    case dealer(Dealer, SharingBasis)
    case parked(RefusalReason)
}
