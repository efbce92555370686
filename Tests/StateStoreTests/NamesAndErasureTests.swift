import StateStore
import Testing
import VehicleSignals

@Suite struct NamesAndErasureTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    @Test func `hearing a name again widens the span in which it was heard`() throws {
        let store = try folder.open()
        var flush = makeFlush(1)
        flush.unlinked = [makeName(1, "dev", seen: 100...200)]
        try store.save(flush)
        flush.unlinked = [makeName(1, "dev", seen: 150...300)]
        try store.save(flush)
        #expect(try store.unlinkedNames() == [makeName(1, "dev", seen: 100...300)])
    }

    @Test func `names not heard for long go with all that was kept under them`() throws {
        let store = try folder.open()
        let base = VehicleKey.firstUnlinked.number
        var flush = makeFlush(
            1, states: [(base + 1, "old"), (base + 2, "new"), (3, "car")],
            days: [makeDay(base + 1, 4, metres: 1), makeDay(base + 2, 4, metres: 1)])
        flush.unlinked = [makeName(1, "old", seen: 1...10), makeName(2, "new", seen: 1...20)]
        try store.save(flush)
        let removed = try store.removeUnlinked(lastSeenBefore: Timestamp(milliseconds: 20))
        #expect(removed == [VehicleKey(base + 1)])
        #expect(try store.states() == [base + 2: "new", 3: "car"])
        #expect(try store.unlinkedNames().map(\.number.number) == [base + 2])
        #expect(try store.allDays().map(\.vehicle.number) == [base + 2])
    }

    @Test func `an erased vehicle is gone from the disk, the others stay`() throws {
        let store = try folder.open()
        var flush = makeFlush(
            1, states: [(1, "SECRETSTATE"), (2, "kept")],
            days: [
                makeDay(1, 4, metres: 1), makeDay(1, 5, metres: 1), makeDay(2, 4, metres: 1),
            ])
        flush.quarantine = [
            makeQuarantined(1, 0, payload: "SECRETPAYLOAD"), makeQuarantined(2, 0, payload: "{"),
        ]
        try store.save(flush)
        #expect(try folder.holds("SECRETSTATE") && folder.holds("SECRETPAYLOAD"))
        let outcome = try store.erase(VehicleKey(1)) { topic, payload in
            topic.byteCount > 0 && payload.byteCount == "SECRETPAYLOAD".utf8.count
        }
        #expect(outcome == ErasureOutcome(states: 1, days: 2, names: 0, quarantined: 1))
        #expect(try !folder.holds("SECRETSTATE") && !folder.holds("SECRETPAYLOAD"))
        #expect(try store.states() == [2: "kept"])
        #expect(try store.allDays().map(\.vehicle.number) == [2])
        #expect(try store.quarantineFigures().open == 1)
    }

    @Test func `what formats remember of an erased sender is gone from the disk`() throws {
        let store = try folder.open()
        var flush = makeFlush(1)
        flush.sessions = ["g/CAR1", "g/CAR2"].enumerated().map { number, sender in
            SessionRow(
                source: "sparkplug", sender: Array(sender.utf8), format: 65_537,
                bytes: Array("BIRTH-OF-\(sender)".utf8), order: UInt64(number))
        }
        try store.save(flush)
        #expect(try store.eraseSessions { $0.sender == Array("g/CAR1".utf8) } == 1)
        #expect(try store.sessions().map(\.sender) == [Array("g/CAR2".utf8)])
        #expect(try !folder.holds("g/CAR1") && folder.holds("BIRTH-OF-g/CAR2"))
        #expect(try store.eraseSessions { $0.sender == Array("g/CAR1".utf8) } == 0)
    }

    @Test func `a wish for an erasure is kept until it is over, and its name with it`() throws {
        let store = try folder.open()
        let first = try store.requestErasure(
            of: VehicleKey(7), source: "", externalID: [], now: Timestamp(milliseconds: 1))
        let second = try store.requestErasure(
            of: .unknown, source: "native", externalID: Array("SECRETNAME".utf8),
            now: Timestamp(milliseconds: 2))
        var request = try #require(try store.nextErasure())
        #expect(request.id == first && request.vehicle == VehicleKey(7) && request.step == .asked)
        request.step = .journal
        request.figures.states = 1
        try store.note(request)
        // A process that ends here finds it again.
        try store.close()
        let again = try folder.open()
        #expect(try again.nextErasure() == request)
        request.step = .incomplete
        request.figures.unreadable = 2
        try again.note(request)
        #expect(try again.erasure(first)?.figures.unreadable == 2)
        var named = try #require(try again.nextErasure())
        #expect(named.id == second && named.externalID == Array("SECRETNAME".utf8))
        #expect(try folder.holds("SECRETNAME"))
        named.step = .done
        try again.note(named)
        #expect(try again.nextErasure() == nil)
        #expect(try !folder.holds("SECRETNAME"))
        #expect(try again.erasure(99) == nil)
    }

    @Test func `one vehicle's state is read without the others`() throws {
        let store = try folder.open()
        try store.save(makeFlush(1, states: [(1, "one"), (2, "two")]))
        let found = try #require(try store.vehicle(VehicleKey(2)))
        #expect(found.state == Array("two".utf8))
        #expect(try store.snapshot()?.catalogue == found.catalogue)
        #expect(try store.vehicle(VehicleKey(3)) == nil)
    }
}
