import IngestJournal
import Testing
import VehicleSignals

@Suite struct NumberingTests {
    let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    @Test func `retention removes what arrived before, up to the limit, oldest first`() throws {
        let journal = try folder.open()
        for number in 1...200 {
            _ = try journal.append(makeBatch("n", count: 2, at: Int64(number) * 1000))
        }
        let cutoff = Timestamp(milliseconds: 151_000)
        #expect(try journal.remove(arrivedBefore: cutoff, through: JournalPosition(100)) == 100)
        #expect(journal.removedThrough == JournalPosition(100))
        #expect(try journal.remove(arrivedBefore: cutoff, through: JournalPosition(100)) == 0)
        #expect(try journal.remove(arrivedBefore: cutoff, through: JournalPosition(500)) == 50)
        let left = try readAll(journal, after: journal.removedThrough)
        #expect(left.map(\.position.number) == Array(151...200))
        let figures = try journal.statistics
        #expect(figures.batchesRemoved == 150)
        #expect(figures.batchesStored == 50)
        #expect(figures.oldest == JournalPosition(151))
    }

    @Test func `reading what retention removed is an error, not a gap`() throws {
        let journal = try folder.open()
        for _ in 1...10 { _ = try journal.append(makeBatch("n", count: 1)) }
        _ = try journal.remove(arrivedBefore: .distantFuture, through: JournalPosition(4))
        let error = JournalError.removed(through: JournalPosition(4))
        #expect(throws: error) { try journal.read(after: .start, upTo: 1) }
        #expect(throws: error) { try journal.read(after: JournalPosition(3), upTo: 1) }
        #expect(try readAll(journal, after: JournalPosition(4)).count == 6)
    }

    @Test func `no position is given twice, even when all batches are gone`() throws {
        var journal = try folder.open()
        for _ in 1...5 { _ = try journal.append(makeBatch("n", count: 1)) }
        #expect(try journal.remove(arrivedBefore: .distantFuture, through: journal.newest) == 5)
        journal.close()
        journal = try folder.open()
        #expect(journal.newest == JournalPosition(5))
        #expect(journal.removedThrough == JournalPosition(5))
        #expect(try journal.append(makeBatch("n", count: 1)) == JournalPosition(6))
    }

    @Test func `removed room is used again`() throws {
        let journal = try folder.open()
        let batch = makeBatch("a", count: 500)
        for round in 1...6 {
            for _ in 1...60 { _ = try journal.append(batch) }
            #expect(
                try journal.remove(arrivedBefore: .distantFuture, through: journal.newest) == 60)
            if round > 1 { #expect(try journal.statistics.fileBytes < 30_000_000) }
        }
    }

    @Test func `a journal begun anew goes on behind the numbers that others remember`() throws {
        var journal = try folder.open()
        try journal.continueNumbering(after: JournalPosition(700))
        #expect(journal.newest == JournalPosition(700))
        #expect(try journal.append(makeBatch("n", count: 1)) == JournalPosition(701))
        #expect(throws: JournalError.removed(through: JournalPosition(700))) {
            try journal.read(after: .start, upTo: 1)
        }
        #expect(try readAll(journal, after: JournalPosition(700)).count == 1)
        try journal.continueNumbering(after: JournalPosition(3))
        #expect(journal.newest == JournalPosition(701))
        journal.close()
        journal = try folder.open()
        #expect(try journal.append(makeBatch("n", count: 1)) == JournalPosition(702))
    }

    @Test func `a journal restored from an older backup shows the gap`() throws {
        let journal = try folder.open()
        for _ in 1...3 { _ = try journal.append(makeBatch("n", count: 1)) }
        try journal.continueNumbering(after: JournalPosition(9))
        let gap = JournalError.missing(from: JournalPosition(4), through: JournalPosition(9))
        #expect(throws: gap) { try journal.read(after: JournalPosition(3), upTo: 1) }
        _ = try journal.append(makeBatch("n", count: 1))
        #expect(throws: gap) { try readAll(journal) }
        #expect(try readAll(journal, after: JournalPosition(9)).count == 1)
    }

    @Test func `a second gateway is kept out and told why`() throws {
        let first = try folder.open()
        let error = #expect(throws: JournalError.self) { try folder.open() }
        #expect("\(try #require(error))".contains("another gateway has it open (process "))
        _ = try first.append(makeBatch("n", count: 1))
        first.close()
        withExtendedLifetime(first) {}
    }
}
