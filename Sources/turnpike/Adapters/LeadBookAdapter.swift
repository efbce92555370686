import CustomerStore
package import Customers
package import GatewayAPI
package import VehicleSignals

/// The customer store's leads for the HTTP door. The store asks for permission and writes the
/// ledger; this only translates. The store's calls wait on threads of their own.
package struct LeadBookAdapter: LeadBook {
    let store: StoreCustomers
    let threads: StoreThreads
    let now: @Sendable () -> Timestamp

    package init(
        store: StoreCustomers, threads: StoreThreads, now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.threads = threads
        self.now = now
    }

    package func newestSequence(of dealer: String) async throws -> Int64 {
        let store = store
        return try await threads.reading.run { try store.newestSequence(dealer: dealer) }
    }

    package func leads(
        of dealer: String, after sequence: Int64, limit: Int, for caller: Caller
    ) async throws -> GatewayAPI.LeadPage {
        // Asking in vain is the usual case and must not stand behind a writer.
        guard try await newestSequence(of: dealer) > sequence else {
            return GatewayAPI.LeadPage(leads: [], readThrough: sequence, hasMore: false)
        }
        let store = store
        let now = now
        let page = try await threads.writing.run {
            try store.leads(dealer: dealer, after: sequence, limit: limit, now: now())
        }
        return GatewayAPI.LeadPage(
            leads: page.leads, readThrough: page.cursor, hasMore: page.hasMore)
    }

    package func lead(_ id: String, of dealer: String, for caller: Caller) async throws -> Lead? {
        let store = store
        let now = now
        return try await threads.writing.run {
            try store.lead(dealer: dealer, id: id, now: now())
        }
    }

    package func contact(
        ofLead id: String, of dealer: String, purpose: Purpose, for caller: Caller, now: Timestamp
    ) async throws -> GatewayAPI.ContactAnswer {
        let store = store
        // Permission is asked at the moment of handing out, however long the turn took to come.
        let clock = self.now
        let answer = try await threads.writing.run {
            try store.contact(
                dealer: dealer, lead: id, purpose: purpose, now: max(now, clock()))
        }
        switch answer {
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

    package func report(
        _ report: LeadStatusReport, onLead id: String, of dealer: String, by caller: Caller,
        now: Timestamp
    ) async throws -> ReportAnswer {
        let store = store
        let (answer, standing) = try await threads.writing.run {
            (
                try store.report(dealer: dealer, lead: id, report, now: now),
                try store.leadStanding(dealer: dealer, id: id)
            )
        }
        guard let standing else { return .unknownLead }
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
