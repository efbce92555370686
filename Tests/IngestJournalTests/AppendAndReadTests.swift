import Foundation
import IngestJournal
import Testing
import VehicleSignals

@Suite struct AppendAndReadTests {
    let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    @Test func `positions ascend by one from one, and batches come back as they went in`() throws {
        let journal = try folder.open()
        #expect(journal.newest == .start)
        #expect(try journal.read(after: .start, upTo: 1000).isEmpty)
        let batches = (1...5).map { makeBatch("a\($0)", count: $0 * 7, payloadBytes: $0 * 1000) }
        for (index, batch) in batches.enumerated() {
            #expect(try journal.append(batch) == JournalPosition(Int64(index + 1)))
        }
        let stored = try readAll(journal)
        #expect(stored.map(\.position.number) == [1, 2, 3, 4, 5])
        #expect(stored.map(\.batch.bytes) == batches.map(\.bytes))
        #expect(stored.map(\.batch.count) == [7, 14, 21, 28, 35])
    }

    @Test func `a batch with nothing but a count of gated messages is kept`() throws {
        let journal = try folder.open()
        var batch = MessageBatch()
        batch.gatedCount = 41
        batch.seal()
        let position = try journal.append(batch)
        #expect(try journal.batch(at: position)?.batch.gatedCount == 41)
    }

    @Test func `everything is there after closing and opening again`() throws {
        let first = try folder.open()
        for number in 1...3 { _ = try first.append(makeBatch("n\(number)", count: 10)) }
        first.close()
        let second = try folder.open()
        #expect(second.newest == JournalPosition(3))
        #expect(try readAll(second).count == 3)
        #expect(try second.append(makeBatch("n4", count: 1)) == JournalPosition(4))
    }

    @Test func `reading stops at the asked size but gives at least one batch`() throws {
        let journal = try folder.open()
        let batch = makeBatch("a", count: 10)
        for _ in 1...10 { _ = try journal.append(batch) }
        #expect(try journal.read(after: .start, upTo: 0).count == 1)
        #expect(try journal.read(after: .start, upTo: batch.byteCount * 3).count == 3)
        #expect(try journal.read(after: .start, upTo: batch.byteCount * 3 + 1).count == 4)
        #expect(try journal.read(after: JournalPosition(8), upTo: .max).count == 2)
        #expect(try journal.read(after: JournalPosition(10), upTo: .max).isEmpty)
    }

    @Test func `a single batch can be looked up, one that is not there cannot`() throws {
        let journal = try folder.open()
        _ = try journal.append(makeBatch([("cars/1", "one")]))
        _ = try journal.append(makeBatch([("cars/2", "two")]))
        let found = try #require(try journal.batch(at: JournalPosition(2)))
        #expect(contents(of: found.batch) == ["cars/2=two"])
        #expect(try journal.batch(at: JournalPosition(3)) == nil)
    }

    @Test func `callers at the same time get positions of their own and share commits`() throws {
        let journal = try folder.open()
        let callers = 8
        let each = 50
        let positions = Collected()
        let running = DispatchGroup()
        for caller in 0..<callers {
            running.enter()
            Thread.detachNewThread {
                for number in 0..<each {
                    do throws(JournalError) {
                        let name = "c\(caller)-\(number)"
                        let position = try journal.append(makeBatch(name, count: 3))
                        positions.add(position.number, name)
                    } catch {
                        Issue.record(error)
                    }
                }
                running.leave()
            }
        }
        running.wait()
        let stored = try readAll(journal)
        #expect(stored.count == callers * each)
        for entry in stored {
            let name = positions.name(of: entry.position.number)
            #expect(contents(of: entry.batch)[0].hasPrefix("cars/\(name ?? "none")/0="))
        }
        let figures = try journal.statistics
        #expect(figures.batchesAppended == UInt64(callers * each))
        #expect(figures.commits < figures.batchesAppended, "no two callers shared a commit")
        #expect(figures.commitDurations.count == figures.commits)
    }

    @Test func `one caller's batches keep their order`() throws {
        let journal = try folder.open()
        for number in 1...30 {
            let position = try journal.append(makeBatch([("n", "\(number)")]))
            #expect(position.number == Int64(number))
        }
        #expect(
            try readAll(journal).map { contents(of: $0.batch)[0] } == (1...30).map { "n=\($0)" })
    }

    @Test func `figures tell what is stored and what was done`() throws {
        let journal = try folder.open()
        let batch = makeBatch("a", count: 100)
        for _ in 1...4 { _ = try journal.append(batch) }
        let figures = try journal.statistics
        #expect(figures.batchesStored == 4)
        #expect(figures.oldest == JournalPosition(1))
        #expect(figures.newest == JournalPosition(4))
        #expect(figures.messagesAppended == 400)
        #expect(figures.bytesAppended == UInt64(4 * batch.byteCount))
        #expect(figures.commits == 4)
        #expect(figures.syncs >= 4)
        #expect(figures.fileBytes % 16_384 == 0 && figures.fileBytes > 0)
        #expect(figures.logBytes > Int64(4 * batch.byteCount))
    }

    @Test func `the log beside the file stays small however much is appended`() throws {
        let journal = try folder.open()
        let batch = makeBatch("a", count: 1000)
        for _ in 1...150 { _ = try journal.append(batch) }
        let figures = try journal.statistics
        #expect(figures.bytesAppended > 40_000_000)
        #expect(figures.checkpoints >= 3)
        #expect(figures.logBytes < 12_000_000)
        let times = figures.commitDurations
        print(
            "journal: \(batch.byteCount) bytes a batch, mean commit",
            times.sumMicroseconds / Int64(times.count), "µs, longest", times.maxMicroseconds, "µs")
    }

    @Test func `after closing every call says so`() throws {
        let journal = try folder.open()
        journal.close()
        journal.close()
        #expect(throws: JournalError.closed) { try journal.append(makeBatch("a", count: 1)) }
        #expect(throws: JournalError.closed) { try journal.read(after: .start, upTo: 1) }
        #expect(throws: JournalError.closed) { try journal.blank { _, _ in true } }
    }

    @Test func `an open batch is refused as a mistake of the program`() async {
        // In the folder of this process: the one that ends cannot tidy up.
        await #expect(processExitsWith: .failure) { [path = folder.journalPath as String] in
            let journal = try SQLiteIngestJournal(path: path)
            _ = try journal.append(MessageBatch())
        }
    }
}

/// Names by position, collected from several threads.
private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var names: [Int64: String] = [:]

    func add(_ position: Int64, _ name: String) {
        lock.withLock { names[position] = name }
    }

    func name(of position: Int64) -> String? { lock.withLock { names[position] } }
}
