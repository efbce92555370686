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
}
