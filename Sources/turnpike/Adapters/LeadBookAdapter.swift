import CustomerStore
import Customers
import GatewayAPI
import VehicleSignals

/// The customer store's leads for the HTTP door. The store asks for permission and writes the
/// ledger; this only translates.
struct LeadBookAdapter: LeadBook {
    let store: StoreCustomers
    let now: @Sendable () -> Timestamp

    func newestSequence(of dealer: String) async throws -> Int64 {
        try store.newestSequence(dealer: dealer)
    }

    func leads(
        of dealer: String, after sequence: Int64, limit: Int, for caller: Caller
    ) async throws -> GatewayAPI.LeadPage {
        let page = try store.leads(dealer: dealer, after: sequence, limit: limit, now: now())
        return GatewayAPI.LeadPage(leads: page.leads, hasMore: page.hasMore)
    }

    func lead(_ id: String, of dealer: String, for caller: Caller) async throws -> Lead? {
        try store.lead(dealer: dealer, id: id, now: now())
    }

    func contact(
        ofLead id: String, of dealer: String, purpose: Purpose, for caller: Caller, now: Timestamp
    ) async throws -> GatewayAPI.ContactAnswer {
        switch try store.contact(dealer: dealer, lead: id, purpose: purpose, now: now) {
        case .contact(let contact): return .contact(contact)
        case .notFound: return .unknownLead
        case .refused(let refusal):
            switch refusal.code {
            case .ownershipChanged: return .refused(.ownershipChanged)
            case .permissionWithdrawn: return .refused(.permissionWithdrawn)
            case .leadClosed: return .leadClosed
            }
        }
    }

    func report(
        _ report: LeadStatusReport, onLead id: String, of dealer: String, by caller: Caller,
        now: Timestamp
    ) async throws -> ReportAnswer {
        let answer = try store.report(dealer: dealer, lead: id, report, now: now)
        guard let standing = try store.leadStanding(dealer: dealer, id: id) else {
            return .unknownLead
        }
        switch answer {
        case .accepted(let receipt):
            var lead = standing
            lead.status = receipt.status
            lead.version = receipt.version
            lead.updatedAt = receipt.updatedAt
            // A receipt keeps the time of the first report under its key.
            return .accepted(lead, repeated: receipt.updatedAt < now)
        case .notFound: return .unknownLead
        case .keyConflict: return .idempotencyKeyReused
        case .versionConflict: return .versionConflict(current: standing)
        case .stepRefused: return .lifeCycleConflict(current: standing)
        case .invalid(let field, let reason): return .invalid(member: field, reason: reason)
        }
    }
}
