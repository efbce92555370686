import Customers
import Testing

/// The life cycle written out: for each status, every status that may follow.
private let followers: [LeadStatus: Set<LeadStatus>] = {
    let anyTime: Set<LeadStatus> = [.withdrawn, .expired, .reassigned, .duplicate, .falseAlarm]
    let ends = anyTime.union([.done, .donePartial, .declinedByDealer, .lost])
    let visit: Set<LeadStatus> = [.booked, .showed, .inWorkshop]
    let talk: Set<LeadStatus> = [.contacted, .unreachable]
    var table: [LeadStatus: Set<LeadStatus>] = [:]
    table[.contacted] = ends.union(visit)
    table[.unreachable] = ends.union(visit).union([.contacted])
    table[.contactAttempted] = ends.union(visit).union(talk).union([.contactAttempted])
    table[.acknowledged] = ends.union(visit).union(talk).union([.contactAttempted])
    table[.delivered] = table[.acknowledged]?.union([.acknowledged])
    table[.new] = table[.delivered]?.union([.delivered])
    table[.booked] = ends.union([.showed, .inWorkshop, .noShow])
    table[.noShow] = anyTime.union([.booked, .lost])
    table[.showed] = ends.union([.inWorkshop])
    table[.inWorkshop] = ends
    for end in ends { table[end] = [] }
    return table
}()

@Suite struct LeadStatusTests {
    @Test(arguments: LeadStatus.allCases)
    func `every step of the life cycle is allowed or refused as the table says`(
        status: LeadStatus
    ) throws {
        let allowed = try #require(followers[status])
        for next in LeadStatus.allCases {
            #expect(status.allows(next) == allowed.contains(next), "\(status) → \(next)")
        }
    }

    @Test func `nothing follows an end and only ends are final`() {
        for status in LeadStatus.allCases {
            let hasFollower = LeadStatus.allCases.contains { status.allows($0) }
            #expect(status.isFinal == !hasFollower, "\(status)")
        }
    }

    @Test func `no way leads back to where a lead has been, but for attempts and new bookings`() {
        for status in LeadStatus.allCases {
            for next in LeadStatus.allCases where status.allows(next) && next.allows(status) {
                let pair: Set<LeadStatus> = [status, next]
                #expect(pair == [.contactAttempted] || pair == [.booked, .noShow], "\(pair)")
            }
        }
    }

    @Test func `a dealer reports what happens at the dealer and nothing else`() {
        let gateways: Set<LeadStatus> = [.new, .delivered, .withdrawn, .expired, .reassigned]
        for status in LeadStatus.allCases {
            #expect(status.isReportedByDealer == !gateways.contains(status), "\(status)")
        }
    }

    @Test func `before an appointment lie exactly the statuses from new to contacted`() {
        let early: Set<LeadStatus> = [
            .new, .delivered, .acknowledged, .contactAttempted, .contacted, .unreachable,
        ]
        for status in LeadStatus.allCases {
            #expect(status.isBeforeAppointment == early.contains(status), "\(status)")
        }
    }
}
