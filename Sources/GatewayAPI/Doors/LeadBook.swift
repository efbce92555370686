public import Customers
public import VehicleSignals

/// One page of a dealer's leads in the order of their changes.
public struct LeadPage: Sendable {
    /// In the order in which the book read them. A lead that was taken away while the page was
    /// read carries the sequence of that, which may lie far beyond the page.
    public var leads: [Lead]
    /// The sequence up to which the book has read: where the next page begins. Not the last
    /// lead's own, since that would jump over whatever lies in between.
    public var readThrough: Int64
    /// Whether more follow at once.
    public var hasMore: Bool

    public init(leads: [Lead], readThrough: Int64, hasMore: Bool) {
        self.leads = leads
        self.readThrough = readThrough
        self.hasMore = hasMore
    }
}

/// What comes of asking for a contact.
public enum ContactAnswer: Sendable {
    case contact(LeadContact)
    /// The dealer has no such lead.
    case unknownLead
    /// No permission holds now, for this reason.
    case refused(RefusalReason)
    /// The lead has come to its end: there is nothing to call about.
    case leadClosed
}

/// What comes of reporting a status.
public enum ReportAnswer: Sendable {
    /// Stored, or stored before under the same idempotency key (`repeated`): the lead as it is.
    case accepted(Lead, repeated: Bool)
    case unknownLead
    /// The reported status may not follow the present one.
    case lifeCycleConflict(current: Lead)
    /// The dealer has seen an older version than the present one.
    case versionConflict(current: Lead)
    /// The idempotency key belongs to another report.
    case idempotencyKeyReused
    /// The report itself is wrong: which member, and why.
    case invalid(member: String, reason: String)
}

/// A dealer's leads. Whatever these calls hand out is a disclosure: the book writes the line in the
/// ledger before it answers, and hands out nothing if the line cannot be written.
public protocol LeadBook: Sendable {
    /// The greatest `Lead.sequence` of `dealer`, 0 if there is none. Discloses nothing; lets
    /// a repeated question be answered with 304 without reading leads.
    func newestSequence(of dealer: String) async throws -> Int64

    /// At most `limit` leads of `dealer` that changed after `sequence`.
    func leads(
        of dealer: String, after sequence: Int64, limit: Int, for caller: Caller
    ) async throws -> LeadPage

    /// The lead `id` if it belongs to `dealer`.
    func lead(_ id: String, of dealer: String, for caller: Caller) async throws -> Lead?

    /// The contact of a lead, under a permission that is asked for at `now`.
    func contact(
        ofLead id: String, of dealer: String, purpose: Purpose, for caller: Caller, now: Timestamp
    ) async throws -> ContactAnswer

    /// Takes a status that the dealer reports.
    func report(
        _ report: LeadStatusReport, onLead id: String, of dealer: String, by caller: Caller,
        now: Timestamp
    ) async throws -> ReportAnswer
}
