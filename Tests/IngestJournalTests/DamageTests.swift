import CSQLite
import Foundation
import IngestJournal
import Testing
import VehicleSignals

@Suite struct DamageTests {
    let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    /// Five batches of three messages; message 1 of batch 3 holds the word `needle`.
    private func makeJournal() throws {
        let journal = try folder.open()
        for number in 1...5 {
            _ = try journal.append(
                makeBatch([
                    ("cars/\(number)/0", "first"),
                    ("cars/\(number)/1", number == 3 ? "has a needle in it" : "second"),
                    ("cars/\(number)/2", "third"),
                ]))
        }
        journal.close()
    }

    private func run(_ sql: String) {
        var database: OpaquePointer?
        #expect(unsafe sqlite3_open(folder.journalPath, &database) == SQLITE_OK)
        #expect(unsafe sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
        unsafe sqlite3_close(database)
    }

    @Test func `an overwritten byte is named by batch, message and byte`() throws {
        try makeJournal()
        #expect(try folder.patch("has a needle", to: "has a noodle") > 0)
        let journal = try folder.open()
        // 40 bytes of header, then 16 + 8 + 5 of the first message.
        let damage = JournalDamage(
            position: JournalPosition(3), damage: .message(index: 1, offset: 69))
        #expect(throws: JournalError.damaged(damage)) { try readAll(journal) }
        #expect(try journal.read(after: .start, upTo: .max).map(\.position.number) == [1, 2])
        #expect(throws: JournalError.damaged(damage)) { try journal.batch(at: damage.position) }
        #expect("\(damage)".contains("batch 3 is damaged: message 1, which begins at byte 69"))
        // Skipping is a decision of the caller.
        #expect(try readAll(journal, after: damage.position).map(\.position.number) == [4, 5])
    }

    @Test func `a verification finds all damage and counts what is sound`() throws {
        try makeJournal()
        #expect(try SQLiteIngestJournal.verify(path: folder.journalPath).isSound)
        _ = try folder.patch("has a needle", to: "has a noodle")
        _ = try folder.patch("cars/5/0", to: "cars/5/9")
        let found = try SQLiteIngestJournal.verify(path: folder.journalPath)
        #expect(found.batches == 3)
        #expect(found.messages == 9)
        #expect(
            found.flaws == [
                .damaged(
                    JournalDamage(
                        position: JournalPosition(3), damage: .message(index: 1, offset: 69))),
                .damaged(
                    JournalDamage(
                        position: JournalPosition(5), damage: .message(index: 0, offset: 40))),
            ])
    }

    @Test func `a verification runs beside a gateway that has the journal open`() throws {
        let journal = try folder.open()
        for _ in 1...3 { _ = try journal.append(makeBatch("n", count: 10)) }
        let found = try SQLiteIngestJournal.verify(path: folder.journalPath)
        #expect(found.batches == 3 && found.messages == 30 && found.isSound)
        _ = try journal.append(makeBatch("n", count: 10))
    }

    @Test func `a repair keeps the intact messages and says which are lost`() throws {
        try makeJournal()
        _ = try folder.patch("has a needle", to: "has a noodle")
        let journal = try folder.open()
        #expect(try journal.repair(JournalPosition(3)) == .lostMessages([1]))
        #expect(try journal.repair(JournalPosition(3)) == .wasIntact)
        #expect(try journal.repair(JournalPosition(4)) == .wasIntact)
        #expect(try journal.repair(JournalPosition(99)) == .nothingThere)
        let stored = try readAll(journal)
        #expect(stored.count == 5)
        let batch = stored[2].batch
        #expect(contents(of: batch)[0] == "cars/3/0=first")
        #expect(contents(of: batch)[2] == "cars/3/2=third")
        #expect(batch.message(1).flags.contains(.blanked))
    }

    @Test func `a batch whose table is damaged is unreadable as a whole`() throws {
        try makeJournal()
        let place = try folder.patch("has a needle", to: "has a needle")
        // The magic number stands 40 + 29 + 16 + 8 bytes before the payload of message 1.
        try folder.patch(at: place - 93, to: [0xFF])
        let journal = try folder.open()
        let damage = JournalDamage(position: JournalPosition(3), damage: .notABatch)
        #expect(throws: JournalError.damaged(damage)) {
            try journal.read(after: JournalPosition(2), upTo: 1)
        }
        #expect(try journal.repair(JournalPosition(3)) == .lostWholeBatch)
        #expect(try readAll(journal).map(\.batch.count) == [3, 3, 0, 3, 3])
    }

    @Test func `a missing row is named`() throws {
        try makeJournal()
        run("DELETE FROM batches WHERE position IN (2, 3)")
        let journal = try folder.open()
        let gap = JournalError.missing(from: JournalPosition(2), through: JournalPosition(3))
        #expect(throws: gap) { try readAll(journal) }
        #expect(try SQLiteIngestJournal.verify(path: folder.journalPath).flaws == [gap])
    }

    @Test func `a missing first row is named`() throws {
        try makeJournal()
        run("DELETE FROM batches WHERE position = 1")
        let journal = try folder.open()
        let gap = JournalError.missing(from: JournalPosition(1), through: JournalPosition(1))
        #expect(throws: gap) { try readAll(journal) }
    }

    @Test func `an overwritten page of the tree is an error that names the file`() throws {
        try makeJournal()
        let place = try folder.patch("has a needle", to: "has a needle")
        let page = place / 16_384 * 16_384
        try folder.patch(at: page, to: [UInt8](repeating: 0xAB, count: 16_384))
        do throws(JournalError) {
            let journal = try folder.open()
            _ = try readAll(journal)
            Issue.record("the damage went unnoticed")
        } catch {
            guard case .fileDamaged(let path, _, _) = error else {
                Issue.record(error)
                return
            }
            #expect(path == folder.journalPath)
            #expect("\(error)".contains("restore the journal from a backup"))
        }
        #expect(try !SQLiteIngestJournal.verify(path: folder.journalPath).isSound)
    }

    @Test func `random damage anywhere in the file is noticed or harmless`() throws {
        try makeJournal()
        let original = try Data(contentsOf: URL(filePath: folder.journalPath))
        let whole = try readAll(try folder.open()).map(\.batch.bytes)
        var random = SplitMix(seed: 20_260_203)
        for _ in 0..<300 {
            var damaged = original
            let offset = Int(random.next() % UInt64(damaged.count))
            damaged[offset] ^= UInt8(1 + random.next() % 255)
            try damaged.write(to: URL(filePath: folder.journalPath))
            for extra in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: folder.journalPath + extra)
            }
            do throws(JournalError) {
                let journal = try folder.open()
                let read = try readAll(journal, after: journal.removedThrough)
                #expect(read.map(\.batch.bytes) == whole, "damage at byte \(offset) went unnoticed")
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
    }

    @Test func `what is no journal is refused with a remedy`() throws {
        let url = URL(filePath: folder.journalPath)
        try Data(String(repeating: "no database at all. ", count: 2000).utf8).write(to: url)
        let text = #expect(throws: JournalError.self) { try folder.open() }
        #expect("\(try #require(text))".contains("not an ingest journal"))
        try FileManager.default.removeItem(at: url)
        run("CREATE TABLE somebody (elses INTEGER)")
        let other = #expect(throws: JournalError.self) { try folder.open() }
        #expect("\(try #require(other))".contains("another application id"))
    }

    @Test func `a file of a newer version is refused in clear words`() throws {
        try makeJournal()
        run("PRAGMA user_version = 9")
        #expect(throws: JournalError.newerVersion(path: folder.journalPath, found: 9, known: 1)) {
            try folder.open()
        }
    }

    @Test func `an emptied file beside a log is not taken for a new journal`() throws {
        try Data().write(to: URL(filePath: folder.journalPath))
        try Data([1, 2, 3]).write(to: URL(filePath: folder.journalPath + "-wal"))
        let error = #expect(throws: JournalError.self) { try folder.open() }
        #expect("\(try #require(error))".contains("the file is empty but its log is not"))
    }

    @Test func `a folder that is not there is named`() {
        let error = #expect(throws: JournalError.self) {
            try SQLiteIngestJournal(path: folder.url.path + "/nowhere/journal.db")
        }
        #expect("\(String(describing: error))".contains("No such file or directory"))
    }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
