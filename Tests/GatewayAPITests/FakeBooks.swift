import Customers
import GatewayAPI
import Synchronization
import UsageAggregates
import VehicleSignals

/// A clock that only tests move.
final class FakeClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_770_102_660_000))

    var now: Timestamp { time.withLock { $0 } }
    func advance(by span: TimeSpan) { time.withLock { $0 = $0.advanced(by: span) } }
}

/// Keys `tpk_ROLE` and, for dealers, `tpk_dealer_PARTY`.
struct FakeKeyRing: KeyRing {
    static let own = "NL-0417"
    static let other = "NL-0999"

    func caller(presenting key: String) async throws -> Caller? {
        switch key {
        case "tpk_operator": Caller(keyID: "k1", party: "ops", role: .gatewayOperator)
        case "tpk_dealer_own": Caller(keyID: "k2", party: Self.own, role: .dealer)
        case "tpk_dealer_other": Caller(keyID: "k3", party: Self.other, role: .dealer)
        case "tpk_manufacturer": Caller(keyID: "k4", party: "acme", role: .manufacturer)
        case "tpk_owner": Caller(keyID: "k5", party: "person-7", role: .owner)
        case "tpk_auditor": Caller(keyID: "k6", party: "dpo", role: .auditor)
        case "tpk_broken_store": throw TemporarilyUnavailable(reason: "The store is locked.")
        default: nil
        }
    }
}

/// What can be wrong with the fake store.
enum Trouble: Sendable { case none, unavailable, broken, slow }

struct SecretError: Error { let secret = "VIN WVWZZZ1JZXW000001" }

/// Leads in memory, with the rules of the real book as far as the routes can see them.
actor FakeLeadBook: LeadBook {
    private var leads: [String: Lead] = [:]
    private var reports: [String: LeadStatusReport] = [:]
    private var refusals: [String: RefusalReason] = [:]
    private var withdrawnWhenRead: Set<String> = []
    private var sequence: Int64 = 0
    private(set) var disclosed = 0
    private(set) var contactsAsked: [Timestamp] = []
    var trouble = Trouble.none

    func add(_ lead: Lead) {
        sequence += 1
        var lead = lead
        lead.sequence = sequence
        leads[lead.id] = lead
    }

    func refuse(_ id: String, _ reason: RefusalReason?) { refusals[id] = reason }
    /// The lead loses its permission with the next reading of the list, and not before.
    func withdrawWhenRead(_ id: String) { withdrawnWhenRead.insert(id) }
    func set(_ trouble: Trouble) { self.trouble = trouble }

    private func meet() async throws {
        switch trouble {
        case .none: break
        case .unavailable: throw TemporarilyUnavailable(reason: "The store is busy.")
        case .broken: throw SecretError()
        case .slow: try await Task.sleep(for: .seconds(600))
        }
    }

    func newestSequence(of dealer: String) async throws -> Int64 {
        try await meet()
        return leads.values.filter { $0.dealer == dealer }.map(\.sequence).max() ?? 0
    }

    func leads(
        of dealer: String, after sequence: Int64, limit: Int, for caller: Caller
    ) async throws -> LeadPage {
        let found = leads.values.filter { $0.dealer == dealer && $0.sequence > sequence }
            .sorted { $0.sequence < $1.sequence }
        disclosed += min(limit, found.count)
        var page = Array(found.prefix(limit))
        let readThrough = page.last?.sequence ?? sequence
        for place in page.indices where withdrawnWhenRead.remove(page[place].id) != nil {
            self.sequence += 1
            page[place].status = .withdrawn
            page[place].sequence = self.sequence
            leads[page[place].id] = page[place]
        }
        return LeadPage(leads: page, readThrough: readThrough, hasMore: found.count > limit)
    }

    func lead(_ id: String, of dealer: String, for caller: Caller) async throws -> Lead? {
        try await meet()
        guard let lead = leads[id], lead.dealer == dealer else { return nil }
        disclosed += 1
        return lead
    }

    func contact(
        ofLead id: String, of dealer: String, purpose: Purpose, for caller: Caller, now: Timestamp
    ) async throws -> ContactAnswer {
        guard let lead = leads[id], lead.dealer == dealer else { return .unknownLead }
        contactsAsked.append(now)
        if let refusal = refusals[id] { return .refused(refusal) }
        disclosed += 1
        return .contact(
            LeadContact(
                name: "Ada \"Countess\" Löwe", language: "nl", advisor: nil, bestTime: "evenings",
                channels: ["phone": "+31 20 000 0000"], vin: "1HGCM82633A004352", plate: "AB-123-C")
        )
    }

    func report(
        _ report: LeadStatusReport, onLead id: String, of dealer: String, by caller: Caller,
        now: Timestamp
    ) async throws -> ReportAnswer {
        try await meet()
        guard var lead = leads[id], lead.dealer == dealer else { return .unknownLead }
        if let earlier = reports[report.idempotencyKey] {
            return earlier.status == report.status
                ? .accepted(lead, repeated: true) : .idempotencyKeyReused
        }
        if let version = report.expectedVersion, version != lead.version {
            return .versionConflict(current: lead)
        }
        guard lead.status.allows(report.status) else { return .lifeCycleConflict(current: lead) }
        sequence += 1
        lead.sequence = sequence
        lead.status = report.status
        lead.version += 1
        lead.updatedAt = now
        leads[id] = lead
        reports[report.idempotencyKey] = report
        return .accepted(lead, repeated: false)
    }
}

/// Three cells a month: one large, one of nine vehicles, one of a single holder.
struct FakeUsageBook: UsageBook {
    static let first = UsageMonth(year: 2026, month: 1)

    func months() async throws -> ClosedRange<UsageMonth>? {
        Self.first.map { $0...$0.advanced(by: 2) }
    }

    func contributions(in month: UsageMonth) async throws -> [UsageContribution] {
        func cell(_ model: String, _ power: String, _ range: Range<UInt32>, holders: Int64)
            -> [UsageContribution]
        {
            range.map {
                UsageContribution(
                    vehicle: $0, holder: Int64($0) % holders, model: model, powertrain: power,
                    month: month, distanceMetres: 1_000_000 + Int64($0) * 1000, daysDriven: 20)
            }
        }
        return cell("Model \"A\", long", "BEV", 0..<64, holders: 60)
            + cell("=Rare", "BEV", 100..<109, holders: 9)
            + cell("Fleet", "ICE", 200..<260, holders: 1)
            + cell("=Common", "ICE", 300..<340, holders: 40)
    }
}

/// Releases in memory, which outlive the servers that keep them here.
actor FakeReleaseKeeper: UsageReleaseKeeper {
    private var kept: [UsageMonth: [UInt8]] = [:]
    private(set) var writes = 0
    private let erasures = Mutex<[UInt32]>([])
    var isBroken = false

    nonisolated func erased(after count: Int) -> [UInt32] {
        erasures.withLock { Array($0.dropFirst(count)) }
    }

    nonisolated func noteErased(_ vehicle: UInt32) { erasures.withLock { $0.append(vehicle) } }

    /// Whether the number stands in what is kept.
    func holds(_ vehicle: UInt32) -> Bool {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: vehicle >> (8 * UInt32($0))) }
        return kept.values.contains { $0.contains(number) }
    }

    func set(broken: Bool) { isBroken = broken }

    func releases() async throws -> [KeptUsageRelease] {
        kept.map { KeptUsageRelease(month: $0.key, cells: $0.value) }
    }

    func keep(_ release: KeptUsageRelease, now: Timestamp) async throws {
        if isBroken { throw TemporarilyUnavailable(reason: "The disk is full.") }
        writes += 1
        kept[release.month] = release.cells
    }

    func remove(before month: UsageMonth) async throws {
        kept = kept.filter { $0.key >= month }
    }
}

/// A month whose vehicles change between two questions.
actor ChangingUsageBook: UsageBook {
    private var vehicles: Range<UInt32> = 0..<40

    func set(_ range: Range<UInt32>) { vehicles = range }

    func months() async throws -> ClosedRange<UsageMonth>? { FakeUsageBook.first.map { $0...$0 } }

    func contributions(in month: UsageMonth) async throws -> [UsageContribution] {
        vehicles.map {
            UsageContribution(
                vehicle: $0, holder: Int64($0), model: "Wander", powertrain: "BEV", month: month,
                distanceMetres: 1_000_000 + Int64($0) * 7000, daysDriven: 20)
        }
    }
}

/// A status that tests change.
actor FakeStatus: GatewayStatus {
    private var current: GatewaySnapshot

    init(now: Timestamp) {
        var snapshot = GatewaySnapshot(takenAt: now, startedAt: now.advanced(by: .hours(-2)))
        snapshot.version = "0.1.0"
        snapshot.messages.received = 1_204_331
        snapshot.messages.applied = 1_198_002
        snapshot.messages.duplicate = 3_120
        snapshot.messages.gated = 2_204
        snapshot.messages.unlinked = 940
        snapshot.messages.quarantined = 65
        snapshot.refusals = [
            .init(source: "", reason: "no_source", count: 24),
            .init(source: "bmw", reason: "identity_disagrees", count: 41),
        ]
        snapshot.readings.decoded = 7_190_044
        snapshot.readings.dropped = [.init("absent", 310), .init("out_of_range", 7)]
        snapshot.receivedASecond = 4_812.4
        snapshot.appliedASecond = 4_809.9
        snapshot.vehiclesHeard = 486
        snapshot.vehiclesSilent = 14
        snapshot.unlinkedNames = 3
        snapshot.quarantineHeld = 65
        snapshot.leads = [.delivered: 31, .acknowledged: 22, .booked: 17, .done: 40, .lost: 6]
        snapshot.outbox = ["delivered": 112, "pending": 4, "withdrawn": 2]
        snapshot.journalBytes = 318_767_104
        snapshot.journalPosition = JournalPosition(5_402)
        snapshot.appliedPosition = JournalPosition(5_401)
        snapshot.connections = [
            .init(name: "main-1", state: "connected", detail: "", since: now),
            .init(name: "main-\"2\"\n", state: "waiting", detail: "connection refused", since: now),
        ]
        current = snapshot
    }

    func snapshot() async throws -> GatewaySnapshot { current }
    func change(_ edit: @Sendable (inout GatewaySnapshot) -> Void) { edit(&current) }
}

struct FakeDesk: DeliveryDesk {
    func replay(event: String, by caller: Caller, now: Timestamp) async throws -> ReplayAnswer {
        switch event {
        case "evt-1": .queued(deliveries: 2)
        case "evt-withdrawn": .refused(reason: "The lead was withdrawn.")
        default: .unknownEvent
        }
    }
}

struct FakeLedger: DisclosureBook {
    func disclosures(
        _ scope: DisclosureScope, after sequence: Int64, limit: Int
    ) async throws -> [DisclosureLine] {
        let all = (1...5).map { number in
            DisclosureLine(
                sequence: Int64(number), time: Timestamp(seconds: 1_770_000_000 + Int64(number)),
                recipient: number % 2 == 0 ? FakeKeyRing.own : FakeKeyRing.other,
                dataClasses: [.triggers, .vehicleStatic], reference: "vr_8f\(number)",
                purpose: .dealerShare, basis: "permission:\(number) agreement:1", door: "webhook")
        }
        let meant = all.filter { line in
            switch scope {
            case .everything: true
            case .to(let recipient): line.recipient == recipient
            // Two of the five were about this person's car.
            case .about(let person): person == "person-7" && line.sequence >= 4
            }
        }
        return Array(meant.filter { $0.sequence > sequence }.prefix(limit))
    }
}
