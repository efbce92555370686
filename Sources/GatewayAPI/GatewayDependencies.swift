public import UsageAggregates
public import VehicleSignals

/// Everything that the API needs from other rooms; the executable hands it in.
public struct GatewayDependencies: Sendable {
    public var keyRing: any KeyRing
    public var leads: any LeadBook
    public var usage: any UsageBook
    public var usageReleases: any UsageReleaseKeeper
    public var status: any GatewayStatus
    /// Without it there is no route for sending an event again.
    public var deliveries: (any DeliveryDesk)?
    /// Without it there is no route for reading the ledger.
    public var disclosures: (any DisclosureBook)?
    /// Keyed hash for the noise of aggregates; the key stays the same over restarts.
    public var usageHash: CellHash
    /// The wall clock: deadlines, permissions and rate limits run on it.
    public var now: @Sendable () -> Timestamp

    public init(
        keyRing: any KeyRing, leads: any LeadBook, usage: any UsageBook,
        usageReleases: any UsageReleaseKeeper, status: any GatewayStatus,
        deliveries: (any DeliveryDesk)?,
        disclosures: (any DisclosureBook)?, usageHash: CellHash,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.keyRing = keyRing
        self.leads = leads
        self.usage = usage
        self.usageReleases = usageReleases
        self.status = status
        self.deliveries = deliveries
        self.disclosures = disclosures
        self.usageHash = usageHash
        self.now = now
    }
}
