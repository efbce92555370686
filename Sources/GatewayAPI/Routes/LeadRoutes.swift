import Crypto
import Customers
import HTTPTypes
import VehicleSignals

/// The pull side: a dealer's leads, their contacts, and the answers to them.
struct LeadRoutes: Sendable {
    let book: any LeadBook
    /// Language of the reasons, as `reason_text` names it.
    let language: String

    var routes: [Route] { [list, single, contact, report] }

    private static let path = "/v1/dealers/{dealer}/leads"

    private var list: Route {
        Route(
            operation: "listLeads", method: .get, path: Self.path,
            summary: "The dealer's leads, in the order of their changes",
            words: """
                Begin without `after`, then send the `next` of each page: every change of a lead \
                comes once more behind it. Ask again with `If-None-Match` to get 304 as long as \
                nothing changed. No page holds a person or a VIN.
                """,
            access: .namedDealer,
            parameters: [
                .query(
                    "after", "Where to go on: `next` of an earlier page.",
                    Schema.text("An opaque cursor.", longest: 14)),
                .query(
                    "limit", "Leads a page, at most \(GatewayLimit.pageSize).",
                    [
                        "type": "integer", "minimum": 1,
                        "maximum": .integer(Int64(GatewayLimit.pageSize)), "default": 100,
                    ]),
                .header(
                    "If-None-Match", "The ETag that you hold.", required: false, Schema.text("")),
            ],
            answers: [
                .json("LeadPage", "A page; empty if nothing changed."),
                RouteAnswer(status: 304, words: "Your copy is the newest.", contents: []),
            ],
            problems: [.badCursor],
            dataClasses: [.triggers, .vehicleStatic, .technicalState], purpose: .dealerShare
        ) { call in
            let caller = try call.requiredCaller()
            let dealer = try call.required("dealer")
            let after = try Cursor.sequence("L", call.values["after"])
            let limit = try call.number("limit", in: 1...GatewayLimit.pageSize, default: 100)
            let newest = try await book.newestSequence(of: dealer)
            let eTag = Self.eTag("\(dealer)\u{0}\(after)\u{0}\(limit)\u{0}\(newest)")
            if call.holds(eTag) { return .notModified(eTag: eTag) }
            let page = try await book.leads(of: dealer, after: after, limit: limit, for: caller)
            let next = Cursor.text("L", page.readThrough)
            var reply = Reply([
                "leads": .array(page.leads.map { $0.json(language: language) }),
                "next": .string(next),
                "has_more": .bool(page.hasMore),
            ])
            reply.fields[.eTag] = eTag
            reply.fields[.cacheControl] = "private, no-cache"
            return reply
        }
    }

    private var single: Route {
        Route(
            operation: "readLead", method: .get, path: Self.path + "/{id}",
            summary: "One lead", access: .namedDealer,
            answers: [.json("Lead", "The lead as it stands.")],
            problems: [.unknownLead],
            dataClasses: [.triggers, .vehicleStatic, .technicalState], purpose: .dealerShare
        ) { call in
            let lead = try await book.lead(
                call.required("id"), of: call.required("dealer"), for: call.requiredCaller())
            guard let lead else { throw Self.unknownLead }
            return Reply(lead.json(language: language))
        }
    }

    private var contact: Route {
        Route(
            operation: "readContact", method: .get, path: Self.path + "/{id}/contact",
            summary: "Whom to call, if that is permitted now",
            words: """
                Asks for the permission at this moment and writes a line in the ledger. Only \
                channels that the permission covers are handed out. Don't store what you get \
                beyond the work on this lead.
                """,
            access: .namedDealer,
            parameters: [
                .header(
                    "Purpose", "Why you want to know.", required: true,
                    Schema.choice([Purpose.dealerShare.rawValue], "Sharing with the repairer."))
            ],
            answers: [.json("Contact", "The contact.")],
            problems: [
                .purposeRequired, .unknownLead, .permissionWithdrawn, .ownershipChanged,
                .leadClosed,
            ],
            dataClasses: [.identityContact, .vehicleStatic], purpose: .dealerShare
        ) { call in
            let purpose = call.headers[.purpose]
            guard purpose == Purpose.dealerShare.rawValue else {
                throw Problem(
                    .purposeRequired,
                    purpose == nil
                        ? "The header Purpose is missing."
                        : "A contact is handed out for the purpose P3 only.")
            }
            let answer = try await book.contact(
                ofLead: call.required("id"), of: call.required("dealer"), purpose: .dealerShare,
                for: call.requiredCaller(), now: call.now)
            switch answer {
            case .contact(let contact): return Reply(contact.json)
            case .unknownLead: throw Self.unknownLead
            case .leadClosed:
                throw Problem(.leadClosed, "The lead has ended, so its contact is not handed out.")
            case .refused(let reason):
                // A dealer learns whether the car or the permission is gone, and no more.
                throw reason.isAboutOwnership
                    ? Problem(.ownershipChanged, "The vehicle's holder is no longer the one then.")
                    : Problem(.permissionWithdrawn, "The holder's permission does not hold now.")
            }
        }
    }

    private var report: Route {
        Route(
            operation: "reportStatus", method: .post, path: Self.path + "/{id}/status",
            summary: "Report what became of a lead",
            words: """
                Statuses move forward only, but for NO_SHOW, after which a customer may book \
                again. The same Idempotency-Key with the same report changes nothing and gives \
                the same answer.
                """,
            access: .namedDealer,
            parameters: [
                .header(
                    "Idempotency-Key", "New for each report, 1 to 128 visible ASCII characters.",
                    required: true, Schema.text("Any text of your own.", longest: 128))
            ],
            bodySchema: "StatusReport",
            answers: [.json("StatusReceipt", "Taken in; where the lead stands now.")],
            problems: [
                .idempotencyKeyRequired, .idempotencyKeyReused, .unknownLead, .lifeCycleConflict,
                .versionConflict,
            ],
            dataClasses: [.leadOutcome], purpose: .dealerShare
        ) { call in
            let caller = try call.requiredCaller()
            guard let key = call.headers[.idempotencyKey], (1...128).contains(key.utf8.count),
                key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else {
                throw Problem(
                    .idempotencyKeyRequired,
                    "The header Idempotency-Key is missing, too long or not visible ASCII.")
            }
            let report = try StatusReportReader.read(
                call.body, idempotencyKey: key, party: caller.party, now: call.now)
            let answer = try await book.report(
                report, onLead: call.required("id"), of: call.required("dealer"), by: caller,
                now: call.now)
            return try Self.reply(to: answer, report)
        }
    }

    private static func reply(
        to answer: ReportAnswer, _ report: LeadStatusReport
    ) throws -> Reply {
        switch answer {
        case .accepted(let lead, let repeated):
            return Reply(lead.standing.adding([JSONMember("repeated", .bool(repeated))]))
        case .unknownLead: throw unknownLead
        case .idempotencyKeyReused:
            throw Problem(
                .idempotencyKeyReused, "This key came with another report of the same dealer.")
        case .invalid(let member, let reason):
            throw Problem(.badValue, "\(member): \(reason)")
        case .lifeCycleConflict(let lead):
            throw Problem(
                .lifeCycleConflict,
                "\(report.status.rawValue) may not follow \(lead.status.rawValue).",
                members: [JSONMember("current", lead.standing)])
        case .versionConflict(let lead):
            throw Problem(
                .versionConflict, "The lead's version is \(lead.version) now.",
                members: [JSONMember("current", lead.standing)])
        }
    }

    private static var unknownLead: Problem {
        Problem(.unknownLead, "The dealer has no lead with this id.")
    }

    /// A strong tag: 128 bits of a hash over all that decides what the answer is.
    private static func eTag(_ text: String) -> String {
        "\"" + hexadecimal(SHA256.hash(data: Array(text.utf8)).prefix(16)) + "\""
    }
}
