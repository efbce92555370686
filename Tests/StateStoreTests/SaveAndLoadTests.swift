import Foundation
import StateStore
import Testing
import VehicleSignals

@Suite struct SaveAndLoadTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    @Test func `a save waits for the disk, and what is deleted is overwritten`() throws {
        let settings = try folder.open().durabilitySettings()
        #expect(
            settings == DurabilitySettings(journalMode: "wal", synchronous: 2, secureDelete: 1))
    }

    @Test func `a new store has no snapshot`() throws {
        let store = try folder.open()
        #expect(try store.snapshot() == nil)
        #expect(try store.states().isEmpty)
        #expect(try store.unlinkedNames().isEmpty)
    }

    @Test func `everything that was saved comes back after opening again`() throws {
        var store = try folder.open()
        var flush = makeFlush(
            7, counters: "twelve", catalogue: ["Vehicle.Speed", "Vehicle.TraveledDistance"],
            states: [(3, "three"), (1, "one"), (2, "")],
            days: [makeDay(1, 100, metres: 5000), makeDay(1, 101, metres: 0)])
        flush.unlinked = [makeName(0, "dev-\u{0}-9", seen: 10...20)]
        flush.quarantine = [makeQuarantined(5, 2)]
        try store.save(flush)
        try store.close()

        store = try folder.open()
        let snapshot = try #require(try store.snapshot())
        #expect(snapshot.position == JournalPosition(7))
        #expect(snapshot.counters == Array("twelve".utf8))
        #expect(
            snapshot.catalogues[snapshot.catalogue]?.paths
                == ["Vehicle.Speed", "Vehicle.TraveledDistance"])
        #expect(snapshot.vehicles == 3)
        #expect(try store.states() == [1: "one", 2: "", 3: "three"])
        #expect(try store.days(of: VehicleKey(1)) == flush.days)
        #expect(try store.unlinkedNames() == flush.unlinked)
        let entry = try #require(try store.quarantined(after: 0, standing: nil, limit: 10).first)
        #expect(entry.message == flush.quarantine[0])
        #expect(entry.standing == .open && !entry.isTruncated)
    }

    @Test func `vehicles come in the order of their keys`() throws {
        let store = try folder.open()
        let keys: [UInt32] = [9, 4, 0x8000_0001, 1, 700]
        try store.save(makeFlush(1, states: keys.map { ($0, "s\($0)") }))
        var seen: [UInt32] = []
        try store.forEachVehicle { vehicle, _, _ in seen.append(vehicle.number) }
        #expect(seen == [1, 4, 9, 700, 0x8000_0001])
    }

    @Test func `saving the same flush again changes nothing`() throws {
        let store = try folder.open()
        var flush = makeFlush(4, states: [(1, "one")], days: [makeDay(1, 5, metres: 7)])
        flush.quarantine = [makeQuarantined(3)]
        flush.unlinked = [makeName(1, "x", seen: 1...2)]
        try store.save(flush)
        let first = (try store.snapshot(), try store.states(), try store.allDays())
        try store.save(flush)
        #expect(try store.snapshot() == first.0)
        #expect(try store.states() == first.1)
        #expect(try store.allDays() == first.2)
        #expect(try store.quarantineFigures().open == 1)
    }

    @Test func `a later state replaces an earlier one, also within one flush`() throws {
        let store = try folder.open()
        try store.save(makeFlush(1, states: [(1, "a"), (2, "b"), (1, "c")]))
        #expect(try store.states() == [1: "c", 2: "b"])
        try store.save(makeFlush(2, states: [(2, "d")]))
        #expect(try store.states() == [1: "c", 2: "d"])
    }

    @Test func `a flush older than what is stored is refused whole`() throws {
        let store = try folder.open()
        try store.save(makeFlush(9, states: [(1, "new")]))
        let error = StateStoreError.positionWentBack(
            stored: JournalPosition(9), given: JournalPosition(8))
        #expect(throws: error) { try store.save(makeFlush(8, states: [(1, "old")])) }
        #expect(try store.states() == [1: "new"])
    }

    @Test func `states keep the catalogue by which they were written`() throws {
        let store = try folder.open()
        try store.save(makeFlush(1, catalogue: ["A", "B"], states: [(1, "ab"), (2, "ab")]))
        try store.save(makeFlush(2, catalogue: ["B", "C"], states: [(2, "bc")]))
        let both = try #require(try store.snapshot())
        var paths: [UInt32: [String]] = [:]
        try store.forEachVehicle {
            paths[$0.number] = both.catalogues[$1]?.paths; _ = $2
        }
        #expect(paths == [1: ["A", "B"], 2: ["B", "C"]])
        #expect(both.catalogues[both.catalogue]?.paths == ["B", "C"])
        // Nobody needs the first any more.
        try store.save(makeFlush(3, catalogue: ["D"], states: [(1, "d"), (2, "d")]))
        try store.save(makeFlush(4, catalogue: ["E"]))
        let left = try #require(try store.snapshot()).catalogues.values.map(\.paths)
        #expect(Set(left) == [["D"], ["E"]])
    }

    @Test func `a list of sources that changes makes a catalogue of its own`() throws {
        let store = try folder.open()
        try store.save(makeFlush(1, sources: ["bmw", "native"], states: [(1, "a")]))
        try store.save(makeFlush(2, sources: ["bmw", "can", "native"], states: [(2, "b")]))
        let snapshot = try #require(try store.snapshot())
        var sources: [UInt32: [String]] = [:]
        try store.forEachVehicle { vehicle, catalogue, _ in
            sources[vehicle.number] = snapshot.catalogues[catalogue]?.sources
        }
        #expect(sources == [1: ["bmw", "native"], 2: ["bmw", "can", "native"]])
    }

    @Test func `sessions are kept by sender and format, and end when nothing is left of them`()
        throws
    {
        var store = try folder.open()
        func session(_ sender: String, _ format: UInt32, _ bytes: [UInt8], _ order: UInt64)
            -> SessionRow
        {
            SessionRow(
                source: "can", sender: Array(sender.utf8), format: format, bytes: bytes,
                order: order)
        }
        var flush = makeFlush(1)
        flush.sessions = [
            session("a", 1, [1], 1), session("b", 1, [2], 5), session("a", 2, [3], 3),
            session("a", 1, [4, 5], 7),
        ]
        try store.save(flush)
        try store.close()
        store = try folder.open()
        #expect(
            try store.sessions()
                == [session("a", 2, [3], 3), session("b", 1, [2], 5), session("a", 1, [4, 5], 7)])
        var later = makeFlush(2)
        later.sessions = [session("b", 1, [], 9), session("c", 1, [], 9)]
        try store.save(later)
        #expect(try store.sessions().map(\.order) == [3, 7])
    }

    @Test func `names that are forgotten are gone with their states and days`() throws {
        let store = try folder.open()
        let first = VehicleKey.firstUnlinked.number
        var flush = makeFlush(1, states: [(first, "a"), (first + 1, "b")])
        flush.days = [makeDay(first, 5, metres: 10), makeDay(first + 1, 5, metres: 20)]
        flush.unlinked = [makeName(0, "x", seen: 1...2), makeName(1, "y", seen: 1...9)]
        try store.save(flush)
        var later = makeFlush(2)
        later.removed = [VehicleKey(first)]
        try store.save(later)
        #expect(try store.states() == [first + 1: "b"])
        #expect(try store.unlinkedNames().map(\.externalID) == [Array("y".utf8)])
        #expect(try store.days(of: VehicleKey(first)).isEmpty)
        // Again is harmless, as is a number that never was.
        later = makeFlush(3)
        later.removed = [VehicleKey(first), VehicleKey(first + 7)]
        try store.save(later)
        #expect(try store.states() == [first + 1: "b"])
    }

    @Test func `a save and a long reading do not wait for each other`() throws {
        let store = try folder.open()
        try store.save(makeFlush(1, states: [(1, "a"), (2, "b")]))
        var seen = 0
        try store.forEachVehicle { _, _, _ in
            seen += 1
            do throws(StateStoreError) {
                try store.save(makeFlush(Int64(1 + seen), states: [(3, "c")]))
            } catch {
                Issue.record(error)
            }
        }
        #expect(seen == 2)
        #expect(try store.snapshot()?.position == JournalPosition(3))
    }

    @Test func `what is no state file is refused with a remedy`() throws {
        try Data(String(repeating: "not a database. ", count: 500).utf8).write(
            to: URL(filePath: folder.statePath))
        let error = #expect(throws: StateStoreError.self) { try folder.open() }
        #expect("\(try #require(error))".contains("not a state file"))
    }

    @Test func `a database of somebody else is left alone`() throws {
        // The text form of an application id: bytes 68 to 71 of the header.
        let store = try folder.open()
        try store.close()
        var bytes = try Data(contentsOf: URL(filePath: folder.statePath))
        bytes.replaceSubrange(68..<72, with: [1, 2, 3, 4])
        try bytes.write(to: URL(filePath: folder.statePath))
        let error = #expect(throws: StateStoreError.self) { try folder.open() }
        #expect("\(try #require(error))".contains("another application id"))
    }

    @Test func `a million vehicles are read back in seconds`() throws {
        let store = try folder.open()
        let state = [UInt8](repeating: 0x5A, count: 300)
        let clock = ContinuousClock()
        var position: Int64 = 0
        let saving = try clock.measure {
            for part in 0..<10 {
                var flush = makeFlush(position)
                for number in 0..<100_000 {
                    let key = VehicleKey(UInt32(part * 100_000 + number + 1))
                    unsafe flush.vehicles.append(key, state.span.bytes)
                }
                position += 1
                flush.position = JournalPosition(position)
                try store.save(flush)
            }
        }
        var count = 0
        var bytes = 0
        let loading = try clock.measure {
            try store.forEachVehicle { _, _, state in
                count += 1
                bytes += state.byteCount
            }
        }
        print("state store: 1,000,000 vehicles of 300 bytes saved in \(saving), read in \(loading)")
        #expect(count == 1_000_000)
        #expect(bytes == 300_000_000)
    }
}
