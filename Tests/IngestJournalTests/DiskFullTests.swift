import Foundation
import IngestJournal
import Testing
import VehicleSignals

@Suite struct DiskFullTests {
    @Test func `at the limit of its file the journal refuses, and goes on once there is room`()
        throws
    {
        let folder = try JournalFolder()
        let limit: Int64 = 8 << 20
        let journal = try folder.open(bytesMax: limit)
        let batch = makeBatch("n", count: 1000)
        var stored = 0
        let error = #expect(throws: JournalError.self) {
            while true {
                _ = try journal.append(batch)
                stored += 1
            }
        }
        #expect(error == .diskFull(path: folder.journalPath))
        #expect(stored > 10)
        #expect(journal.newest == JournalPosition(Int64(stored)))
        #expect(try journal.statistics.fileBytes <= limit)
        #expect(throws: JournalError.self) { try journal.append(batch) }
        #expect(try journal.statistics.diskFull == 2)

        _ = try journal.remove(arrivedBefore: .distantFuture, through: JournalPosition(5))
        #expect(try journal.append(batch) == JournalPosition(Int64(stored + 1)))
        #expect(try readAll(journal, after: JournalPosition(5)).count == stored - 4)
    }

    @Test func `a full disk stops the journal until there is room, and loses nothing`() throws {
        let folder = try JournalFolder()
        let mountPoint = folder.url.appending(path: "small").path
        try FileManager.default.createDirectory(
            atPath: mountPoint, withIntermediateDirectories: true)
        guard run("/bin/mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", mountPoint) == 0 else {
            print("skipped: a small disk cannot be mounted here (not root)")
            return
        }
        defer { _ = run("/bin/umount", mountPoint) }
        // What takes up room for a while.
        let ballast = mountPoint + "/ballast"
        try Data(count: 8 << 20).write(to: URL(filePath: ballast))

        let path = mountPoint + "/journal.db"
        let journal = try SQLiteIngestJournal(path: path)
        let batch = makeBatch("n", count: 500)
        var stored = 0
        let error = #expect(throws: JournalError.self) {
            while true {
                _ = try journal.append(batch)
                stored += 1
            }
        }
        #expect(error == .diskFull(path: path))
        #expect(stored > 5)
        // Still full: it says so again, and can be read all the time.
        #expect(throws: JournalError.diskFull(path: path)) { try journal.append(batch) }
        #expect(try readAll(journal).count == stored)

        try FileManager.default.removeItem(atPath: ballast)
        #expect(try journal.append(batch) == JournalPosition(Int64(stored + 1)))
        #expect(try journal.append(batch) == JournalPosition(Int64(stored + 2)))
        journal.close()
        let found = try SQLiteIngestJournal.verify(path: path)
        #expect(found.isSound)
        #expect(found.batches == Int64(stored + 2))
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
