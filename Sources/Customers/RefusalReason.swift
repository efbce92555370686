/// Why something is not shared: the word in the store and at the doors, with a plain sentence.
public enum RefusalReason: String, Error, Sendable, CaseIterable, Codable {
    case vehicleUnknown = "vehicle_unknown"
    case gateOff = "gate_off"
    case noHolder = "no_holder"
    case holderContested = "holder_contested"
    case ownershipChanged = "ownership_changed"
    case ownershipDisputed = "ownership_disputed"
    case doNotContact = "do_not_contact"
    case silenceAfterComplaint = "silence_after_complaint"
    case dealerUnset = "dealer_unset"
    case dealerNotChosen = "dealer_not_chosen"
    case dealerUnknown = "dealer_unknown"
    case dealerLacksBrand = "dealer_lacks_brand"
    case agreementMissing = "agreement_missing"
    case agreementEnded = "agreement_ended"
    case agreementLacksPurpose = "agreement_lacks_purpose"
    case agreementLacksData = "agreement_lacks_data"
    case permissionMissing = "permission_missing"
    case permissionLapsed = "permission_lapsed"
    case permissionWithdrawn = "permission_withdrawn"

    /// What is the case, in words for the operator and the explanation of a decision.
    public var sentence: String {
        switch self {
        case .vehicleUnknown: "The registry has no such vehicle."
        case .gateOff: "The holder switched the vehicle's telemetry off."
        case .noHolder: "Nobody held the vehicle when the need arose."
        case .holderContested: "Two people are on record as holding the vehicle at that time."
        case .ownershipChanged: "The vehicle has changed hands since the need arose."
        case .ownershipDisputed: "It is in doubt who holds the vehicle."
        case .doNotContact: "The holder asked not to be contacted."
        case .silenceAfterComplaint: "The holder complained; nothing is sent for a while."
        case .dealerUnset: "The holder has not chosen a dealer."
        case .dealerNotChosen: "The holder chose another dealer."
        case .dealerUnknown: "The chosen dealer is not on record."
        case .dealerLacksBrand: "The dealer does not service this brand."
        case .agreementMissing: "No agreement with the dealer is in force."
        case .agreementEnded: "The agreement with the dealer has ended or is suspended."
        case .agreementLacksPurpose: "The agreement does not cover this purpose."
        case .agreementLacksData: "The agreement does not cover these kinds of data."
        case .permissionMissing: "The holder has not given permission."
        case .permissionLapsed: "The holder's permission has run out."
        case .permissionWithdrawn: "The holder refused or withdrew the permission."
        }
    }

    /// Whether the vehicle, rather than the permission, went to somebody else: what a dealer who
    /// asks for a contact is told.
    public var isAboutOwnership: Bool {
        switch self {
        case .ownershipChanged, .ownershipDisputed, .noHolder, .holderContested: true
        default: false
        }
    }
}
