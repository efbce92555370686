public import VehicleSignals

/// A repairer whom a holder may choose, franchised or not.
public struct Dealer: Sendable, Hashable {
    public var id: Int64
    /// The dealer's key at every door, `NL-0417`.
    public var key: String
    public var name: String
    /// IANA name; the dealer's opening hours are counted in it.
    public var timeZone: String
    public var kind: DealerKind
    /// Brands that the dealer services. Those of a franchise are explicit; an independent
    /// repairer may service all (``everyBrand``).
    public var brands: Set<String>
    /// When the workshop is open, as the import wrote it; empty: the usual hours.
    public var openingHours: String
    /// Days on which it is closed whatever the hours say.
    public var holidays: Set<Day>

    /// Stands for "all brands", for independent repairers.
    public static let everyBrand = "*"

    public init(
        id: Int64, key: String, name: String, timeZone: String, kind: DealerKind,
        brands: Set<String>, openingHours: String = "", holidays: Set<Day> = []
    ) {
        self.id = id
        self.key = key
        self.name = name
        self.timeZone = timeZone
        self.kind = kind
        self.brands = brands
        self.openingHours = openingHours
        self.holidays = holidays
    }

    /// Whether the dealer services `brand`; brands compare by their folded form.
    public func services(_ brand: String) -> Bool {
        if kind == .independent, brands.contains(Self.everyBrand) { return true }
        let folded = foldedBrand(brand)
        return brands.contains { foldedBrand($0) == folded }
    }
}

public enum DealerKind: String, Sendable, CaseIterable, Codable {
    case franchised
    case independent
}

/// A brand without the differences that files make: letter case and spaces around.
public func foldedBrand(_ brand: String) -> String {
    let lowered = brand.lowercased()
    guard lowered.first == " " || lowered.last == " " else { return lowered }
    let start = lowered.firstIndex { $0 != " " } ?? lowered.endIndex
    let end = lowered.lastIndex { $0 != " " }.map { lowered.index(after: $0) } ?? start
    return String(lowered[start..<end])
}

/// The holder's dated word on who services the vehicle, bound to one holding: whoever holds the
/// vehicle next chooses anew.
public struct DealerChoice: Sendable, Hashable {
    public var id: Int64
    public var epoch: Int64
    /// `nil`: from then on no dealer.
    public var dealer: Int64?
    public var at: Timestamp

    public init(id: Int64, epoch: Int64, dealer: Int64?, at: Timestamp) {
        self.id = id
        self.epoch = epoch
        self.dealer = dealer
        self.at = at
    }
}

/// The choice in force for an epoch at `time`: the last one made by then. Of two at the same
/// moment the one recorded later counts.
public func choice(of choices: [DealerChoice], epoch: Int64, at time: Timestamp) -> DealerChoice? {
    var best: DealerChoice?
    for choice in choices where choice.epoch == epoch && choice.at <= time {
        if let current = best, (current.at, current.id) >= (choice.at, choice.id) { continue }
        best = choice
    }
    return best
}
