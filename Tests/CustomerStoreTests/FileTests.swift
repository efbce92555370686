import CustomerStore
import Customers
import Foundation
import GRDB
import Testing
import VehicleSignals

/// What the file itself promises.
@Suite struct FileTests {
    @Test func `every commit is on disk before the call returns`() throws {
        let world = try StoreWorld()
        for store in [world.store, try world.another()] {
            let durability = try store.durability()
            #expect(durability.synchronous == 2 && durability.journalMode == "wal")
        }
        try world.reopen()
        #expect(try world.store.durability().synchronous == 2)
    }

    @Test func `only the owner of the process may read the file`() throws {
        let world = try StoreWorld()
        let mode = try FileManager.default.attributesOfItem(atPath: world.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func `a file of a newer version is refused and left alone`() throws {
        let world = try StoreWorld()
        try world.store.close()
        let queue = try DatabaseQueue(path: world.path)
        try queue.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')")
        }
        try queue.close()
        do {
            _ = try CustomerStore(path: world.path)
            Issue.record("opened")
        } catch let error as StoreError {
            #expect(error == .newerFile(path: world.path))
            #expect("\(error)".contains("newer version"))
        }
    }

    @Test func `what is no database is refused with its path`() throws {
        let world = try StoreWorld()
        let path = world.folder.appendingPathComponent("other.db").path
        try Data("this is no database, and it is long enough to be looked at as one".utf8)
            .write(to: URL(fileURLWithPath: path))
        for bad in [path, world.folder.appendingPathComponent("no/such/folder.db").path] {
            do {
                _ = try CustomerStore(path: bad)
                Issue.record("opened \(bad)")
            } catch let error as StoreError {
                #expect("\(error)".contains(bad))
            }
        }
    }

    @Test func `history cannot be changed or deleted, even by hand`() throws {
        let world = try StoreWorld.ready()
        try world.load(.gates, "vehicle,gate,at\ncar-1,all,2026-01-01\n")
        try world.fire(try world.firing())
        _ = try world.lead()
        let queue = try DatabaseQueue(path: world.path)
        for table in ["disclosures", "permissions", "choices", "gates", "lead_history"] {
            let count = try queue.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0
            }
            #expect(count > 0, "\(table) is empty: nothing is tested")
            for sql in ["DELETE FROM \(table)", "UPDATE \(table) SET id = id + 1"] {
                #expect(throws: DatabaseError.self, "\(sql)") {
                    try queue.write { try $0.execute(sql: sql) }
                }
            }
        }
        try queue.close()
    }

    @Test func `an import and firings from two openings both land while they meet`() async throws {
        let world = try StoreWorld.ready()
        let gateway = world.store
        let firing = try world.firing()
        let now = world.now
        let file = world.folder.appendingPathComponent("many.csv")
        let people = (0..<20_000).map { "p-\($0),Person \($0)" }.joined(separator: "\n")
        try Data("person,name\n\(people)\n".utf8).write(to: file)
        let other = try world.another()
        let path = file.path
        async let imported = Task.detached {
            try other.importCSV(kind: .persons, path: path, now: now)
        }.value
        for position in Int64(1)...200 {
            var next = firing
            next.cycle = Int(position)
            _ = try gateway.store(
                firings: [next], position: JournalPosition(position), now: now)
        }
        let result = try await imported
        #expect(result.added == 20_000 && result.isBalanced)
        #expect(try gateway.position() == JournalPosition(200))
        #expect(try gateway.operatorCounts().persons == 20_002)
        #expect(try gateway.operatorCounts().triggersByPhase == ["OPEN": 200])
    }

    @Test func `a writer that keeps the file too long is reported, not waited for forever`() throws
    {
        let world = try StoreWorld(options: StoreOptions(busyMillisecondsMax: 50))
        let queue = try DatabaseQueue(path: world.path)
        try queue.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: DatabaseError.self) {
                try world.store.store(firings: [], position: JournalPosition(1), now: world.now)
            }
            try db.execute(sql: "ROLLBACK")
        }
        _ = try world.store.store(firings: [], position: JournalPosition(1), now: world.now)
        #expect(try world.store.position() == JournalPosition(1))
    }

    @Test func `an import that is killed leaves whole rows and goes on when repeated`() throws {
        let world = try StoreWorld()
        let rows = (0..<5000).map { "car-\($0),ACME,Wander" }.joined(separator: "\n")
        let text = "vehicle,brand,model\n\(rows)\n"
        let file = world.folder.appendingPathComponent("vehicles.csv")
        try Data(text.utf8).write(to: file)
        // What a kill leaves: the file as it is on disk in the middle of the import.
        let copy = world.folder.appendingPathComponent("killed.db")
        var isCopied = false
        _ = try world.store.importCSV(kind: .vehicles, path: file.path, now: world.now) {
            progress in
            guard !isCopied, progress.rows >= 2000 else { return }
            isCopied = true
            for suffix in ["", "-wal"] {
                try? FileManager.default.copyItem(
                    atPath: world.path + suffix, toPath: copy.path + suffix)
            }
        }
        let store = try CustomerStore(path: copy.path)
        let landed = try store.operatorCounts().vehicles
        #expect(landed == 2000)
        let again = try store.importCSV(kind: .vehicles, path: file.path, now: world.now)
        #expect(again.unchanged == 2000 && again.added == 3000 && again.isBalanced)
        try store.close()
    }
}
