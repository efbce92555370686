import GRDB
import StateStore
import Testing
import VehicleSignals

/// The list of origins beside the states that hold their numbers.
@Suite struct OriginListTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    private func origins(of vehicle: UInt32, _ store: SQLiteStateStore) throws -> [StoredOrigin]? {
        let kept = try #require(try store.vehicle(VehicleKey(vehicle)))
        return try store.snapshot()?.catalogues[kept.catalogue]?.origins
    }

    @Test func `a list that grows makes a catalogue of its own, and older states keep theirs`()
        throws
    {
        var store = try folder.open()
        let first = [StoredOrigin(source: "tesla", mappingVersion: "5")]
        let both = first + [StoredOrigin(source: "tesla", mappingVersion: "6")]
        try store.save(makeFlush(1, origins: first, states: [(1, "a"), (2, "a")]))
        try store.save(makeFlush(2, origins: both, states: [(2, "b")]))
        try store.save(makeFlush(3, origins: both, states: [(3, "c")]))
        try store.close()
        store = try folder.open()
        #expect(try origins(of: 1, store) == first)
        #expect(try origins(of: 2, store) == both && origins(of: 3, store) == both)
        #expect(try store.snapshot()?.catalogues.count == 2)
    }

    @Test func `names and versions may hold anything that a text can`() throws {
        let odd = ["", "1\n2", "tab\there", "\\n", "\"[,]\"", "é/ü", "\u{0}"].map {
            StoredOrigin(source: "s" + $0, mappingVersion: $0)
        }
        let store = try folder.open()
        try store.save(makeFlush(1, origins: odd, states: [(1, "a")]))
        #expect(try origins(of: 1, store) == odd)
        // The same list is the same catalogue.
        try store.save(makeFlush(2, origins: odd, states: [(2, "a")]))
        #expect(try store.snapshot()?.catalogues.count == 1)
    }

    @Test func `a file from before origins were kept is taken over whole`() throws {
        var store = try folder.open()
        try store.save(makeFlush(4, catalogue: ["A", "B"], sources: ["x"], states: [(1, "a")]))
        try store.close()
        let queue = try DatabaseQueue(path: folder.statePath)
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE before (
                        id INTEGER PRIMARY KEY, paths TEXT NOT NULL, sources TEXT NOT NULL,
                        UNIQUE (paths, sources));
                    INSERT INTO before SELECT id, paths, sources FROM catalogues;
                    DROP TABLE catalogues;
                    ALTER TABLE before RENAME TO catalogues;
                    DELETE FROM grdb_migrations WHERE identifier = '5-origins';
                    """)
        }
        try queue.close()
        store = try folder.open()
        let snapshot = try #require(try store.snapshot())
        #expect(
            snapshot.catalogues[snapshot.catalogue]
                == StoredCatalogue(paths: ["A", "B"], sources: ["x"]))
        #expect(try store.states() == [1: "a"])
    }
}
