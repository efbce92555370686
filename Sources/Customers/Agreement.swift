public import VehicleSignals

/// What a manufacturer (or importer) and a dealer agreed to share, in one version.
public struct Agreement: Sendable, Hashable {
    public var id: Int64
    public var manufacturer: String
    public var dealer: Int64
    /// Ascending; from its `validFrom` on, a version takes the place of all lower ones.
    public var version: Int
    /// Empty: every brand that the dealer services.
    public var brands: Set<String>
    public var purposes: Set<Purpose>
    public var dataClasses: Set<DataClass>
    public var validFrom: Timestamp
    /// First moment at which it no longer holds; `nil` for an open end.
    public var validTo: Timestamp?
    public var status: AgreementStatus

    public init(
        id: Int64, manufacturer: String, dealer: Int64, version: Int, brands: Set<String> = [],
        purposes: Set<Purpose>, dataClasses: Set<DataClass>, validFrom: Timestamp,
        validTo: Timestamp? = nil, status: AgreementStatus = .active
    ) {
        self.id = id
        self.manufacturer = manufacturer
        self.dealer = dealer
        self.version = version
        self.brands = brands
        self.purposes = purposes
        self.dataClasses = dataClasses
        self.validFrom = validFrom
        self.validTo = validTo
        self.status = status
    }

    func coversBrand(_ brand: String) -> Bool {
        brands.isEmpty || brands.contains { foldedBrand($0) == foldedBrand(brand) }
    }
}

public enum AgreementStatus: String, Sendable, CaseIterable, Codable {
    /// Not signed: as if it were not there.
    case draft
    case active
    /// Sharing rests until it is active again.
    case suspended
    case terminated
}

/// What the agreements with one dealer say at one moment.
enum AgreementAnswer {
    case covered(Agreement)
    case refused(RefusalReason)
}

/// The agreement with `dealer` that covers the question at `time`, or why none does: the reason
/// of the one that came nearest.
func agreement(
    of agreements: [Agreement], dealer: Int64, brand: String, purpose: Purpose,
    dataClasses: Set<DataClass>, at time: Timestamp
) -> AgreementAnswer {
    var inForce: [String: Agreement] = [:]
    for agreement in agreements {
        guard agreement.dealer == dealer, agreement.status != .draft,
            agreement.validFrom <= time, agreement.coversBrand(brand)
        else { continue }
        if let current = inForce[agreement.manufacturer], current.version >= agreement.version {
            continue
        }
        inForce[agreement.manufacturer] = agreement
    }
    // Ordered by party, so that the same facts always name the same agreement.
    var nearest = RefusalReason.agreementMissing
    for agreement in inForce.values.sorted(by: { $0.manufacturer < $1.manufacturer }) {
        let reason: RefusalReason
        if agreement.status != .active || agreement.validTo.map({ $0 <= time }) ?? false {
            reason = .agreementEnded
        } else if !agreement.purposes.contains(purpose) {
            reason = .agreementLacksPurpose
        } else if !dataClasses.isSubset(of: agreement.dataClasses) {
            reason = .agreementLacksData
        } else {
            return .covered(agreement)
        }
        if nearest == .agreementMissing { nearest = reason }
    }
    return .refused(nearest)
}
