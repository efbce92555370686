import GRDB
import StateStore
import Testing
import VehicleSignals

@Suite struct SaveRequestTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    @Test func `a save answers everybody who asked before it began, and nobody later`() throws {
        let gateway = try folder.open()
        let command = try folder.open()
        #expect(try gateway.requestedSave() == nil)
        let first = try command.requestSave()
        let second = try command.requestSave()
        let begun = try #require(try gateway.requestedSave())
        #expect(begun == second)
        let third = try command.requestSave()
        #expect(try !command.isSaveDone(first))
        try gateway.noteSave(begun)
        #expect(try command.isSaveDone(first) && command.isSaveDone(second))
        #expect(try !command.isSaveDone(third))
        #expect(try gateway.requestedSave() == third)
        // An older save that ends late takes nothing back.
        try gateway.noteSave(third)
        try gateway.noteSave(first)
        #expect(try command.isSaveDone(third))
        #expect(try gateway.requestedSave() == nil)
    }

    @Test func `a request outlives whoever made it, before the first save too`() throws {
        let command = try folder.open()
        let request = try command.requestSave()
        try command.close()
        let gateway = try folder.open()
        #expect(try gateway.snapshot() == nil)
        #expect(try gateway.requestedSave() == request)
    }

    @Test func `a file of before there were requests takes them once it is opened`() throws {
        let older = try folder.open()
        try older.save(makeFlush(7))
        try older.close()
        let queue = try DatabaseQueue(path: folder.statePath)
        try queue.write { db in
            try db.execute(
                sql: """
                    DROP TABLE save_requests;
                    DELETE FROM grdb_migrations WHERE identifier = '4-saves';
                    """)
        }
        try queue.close()
        let store = try folder.open()
        #expect(try store.requestedSave() == nil)
        #expect(try store.requestSave() == 1)
        #expect(try store.snapshot()?.position.number == 7)
    }
}
