import Foundation
import GRDB
import StateStore
import Testing
import VehicleSignals

@Suite struct DiskAndVersionTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    @Test func `a file made by a newer version is refused in clear words`() throws {
        try folder.open().close()
        let queue = try DatabaseQueue(path: folder.statePath)
        try queue.inDatabase { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('2-something-new')")
        }
        try queue.close()
        let error = StateStoreError.newerVersion(
            path: folder.statePath, steps: ["2-something-new"])
        #expect(throws: error) { try folder.open() }
        #expect("\(error)".contains("written by a newer version"))
    }

    @Test func `a damaged page is an error that names the file`() throws {
        let store = try folder.open()
        try store.save(
            makeFlush(1, states: (1...2000).map { (UInt32($0), "state of \($0) MARKER") }))
        try store.close()
        var bytes = try Data(contentsOf: URL(filePath: folder.statePath))
        let place = try #require(bytes.range(of: Data("MARKER".utf8))).lowerBound / 4096 * 4096
        bytes.replaceSubrange(place..<(place + 4096), with: [UInt8](repeating: 0xAB, count: 4096))
        try bytes.write(to: URL(filePath: folder.statePath))
        let error = #expect(throws: StateStoreError.self) {
            _ = try folder.open().states()
        }
        guard case .damaged(folder.statePath, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a full disk fails the save whole, and the next one works`() throws {
        let mountPoint = folder.url.appending(path: "small").path
        try FileManager.default.createDirectory(
            atPath: mountPoint, withIntermediateDirectories: true)
        guard run("/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mountPoint) == 0 else {
            print("skipped: a small disk cannot be mounted here (not root)")
            return
        }
        defer { _ = run("/bin/umount", mountPoint) }
        let path = mountPoint + "/state.db"
        let store = try SQLiteStateStore(path: path)
        try store.save(makeFlush(1, states: [(1, "one")]))
        let ballast = mountPoint + "/ballast"
        try Data(count: 6 << 20).write(to: URL(filePath: ballast))
        let text = String(repeating: "x", count: 2000)
        let large = makeFlush(2, states: (1...1000).map { (UInt32($0), text) })
        #expect(throws: StateStoreError.diskFull(path: path)) { try store.save(large) }
        #expect(try store.snapshot()?.position == JournalPosition(1))
        #expect(try store.states() == [1: "one"])
        try FileManager.default.removeItem(atPath: ballast)
        try store.save(large)
        #expect(try store.states().count == 1000)
        try store.close()
    }

    @Test func `a save that fails says in SQLite's words why`() throws {
        let store = try folder.open()
        let queue = try DatabaseQueue(path: folder.statePath)
        try queue.inDatabase { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER refusal BEFORE INSERT ON vehicles WHEN new.vehicle = 2
                    BEGIN SELECT raise(ABORT, 'two is refused'); END
                    """)
        }
        try queue.close()
        let error = #expect(throws: StateStoreError.self) {
            try store.save(makeFlush(1, states: [(1, "one"), (2, "two")]))
        }
        #expect("\(String(describing: error))".contains("two is refused"))
        #expect(try store.states().isEmpty)
        try store.save(makeFlush(1, states: [(1, "one"), (3, "")]))
        #expect(try store.states() == [1: "one", 3: ""])
        try store.close()
    }

    private func run(_ tool: String, _ arguments: String...) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return -1
        }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
