import Customers
import Testing
import VehicleSignals

private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

private func record(
    _ id: Int64, _ state: PermissionState, at time: Int64, controller: String = "D1",
    channel: ContactChannel? = nil, epoch: Int64? = nil, until: Int64? = nil,
    purpose: Purpose = .dealerShare
) -> PermissionRecord {
    PermissionRecord(
        id: id, person: 1, controller: controller, purpose: purpose, channel: channel,
        epoch: epoch, state: state, at: at(time), validUntil: until.map { at($0) })
}

private func answer(
    _ records: [PermissionRecord], at time: Int64, controllers: [String] = ["D1", "ACME"],
    channel: ContactChannel? = nil, epoch: Int64 = 7
) -> PermissionAnswer {
    permission(
        in: records, purpose: .dealerShare, controllers: controllers, channel: channel,
        epoch: epoch, at: at(time))
}

@Suite struct PermissionTests {
    @Test(arguments: PermissionState.allCases)
    func `only two of the ten states permit`(state: PermissionState) {
        let isYes = answer([record(1, state, at: 10)], at: 20) == .yes([1])
        #expect(isYes == (state == .given || state == .renewed))
    }

    @Test func `the last event by then counts, and later ones do not yet`() {
        let history = [
            record(1, .given, at: 10), record(2, .withdrawn, at: 20),
            record(3, .renewed, at: 30),
        ]
        #expect(answer(history, at: 9) == .missing)
        #expect(answer(history, at: 10) == .yes([1]))
        #expect(answer(history, at: 19) == .yes([1]))
        #expect(answer(history, at: 20) == .no(2))
        #expect(answer(history, at: 30) == .yes([3]))
    }

    @Test func `at the same moment a no counts, whichever came first into the file`() {
        #expect(answer([record(1, .given, at: 5), record(2, .withdrawn, at: 5)], at: 5) == .no(2))
        #expect(answer([record(1, .withdrawn, at: 5), record(2, .given, at: 5)], at: 5) == .no(1))
    }

    @Test func `a yes ends when its validity does`() {
        let history = [record(1, .given, at: 10, until: 50)]
        #expect(answer(history, at: 49) == .yes([1]))
        #expect(answer(history, at: 50) == .lapsed(1))
        #expect(answer([record(2, .expired, at: 10)], at: 20) == .lapsed(2))
    }

    @Test func `one no outweighs another controller's yes`() {
        let history = [
            record(1, .given, at: 10, controller: "ACME"),
            record(2, .refused, at: 5, controller: "D1"),
        ]
        #expect(answer(history, at: 20) == .no(2))
        #expect(answer(history, at: 20, controllers: ["ACME"]) == .yes([1]))
        #expect(answer(history, at: 20, controllers: ["OTHER"]) == .missing)
    }

    @Test func `a channel needs the sharing and loses to its own no`() {
        let general = record(1, .given, at: 10)
        let email = record(2, .refused, at: 11, channel: .email)
        #expect(answer([general, email], at: 20) == .yes([1]))
        #expect(answer([general, email], at: 20, channel: .phone) == .yes([1]))
        #expect(answer([general, email], at: 20, channel: .email) == .no(2))
        let withdrawn = record(3, .withdrawn, at: 15)
        let phone = record(4, .given, at: 16, channel: .phone)
        #expect(answer([withdrawn, phone], at: 20, channel: .phone) == .no(3))
        #expect(answer([phone], at: 20) == .missing)
    }

    @Test func `a permission for one holding says nothing about another`() {
        let history = [record(1, .given, at: 10, epoch: 7)]
        #expect(answer(history, at: 20, epoch: 7) == .yes([1]))
        #expect(answer(history, at: 20, epoch: 8) == .missing)
    }

    @Test func `other purposes are not asked`() {
        #expect(answer([record(1, .given, at: 10, purpose: .analytics)], at: 20) == .missing)
    }

    @Test(arguments: [
        ("given", PermissionState.given), ("RenewedConsentGiven", .renewed),
        ("WITHDRAWN", .withdrawn), ("requestdeferred", .requestDeferred),
    ])
    func `states are read in whatever letter case`(word: String, state: PermissionState) {
        #expect(PermissionState(word: word) == state)
    }

    @Test func `no other word is a state`() {
        for word in ["", "yes", "given!", "Give"] { #expect(PermissionState(word: word) == nil) }
    }
}
