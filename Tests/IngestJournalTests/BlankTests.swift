import Foundation
import IngestJournal
import Testing
import VehicleSignals

@Suite struct BlankTests {
    let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    @Test func `one vehicle's messages are gone from the disk, all others stay`() throws {
        let journal = try folder.open()
        for number in 1...40 {
            _ = try journal.append(
                makeBatch(
                    (0..<50).map { car in
                        (
                            "cars/\(car == 7 ? "SECRETCAR" : "car\(car)")/state",
                            "n\(number) of \(car)"
                        )
                    }))
        }
        let before = try readAll(journal)
        #expect(try folder.allBytes().range(of: Data("SECRETCAR".utf8)) != nil)

        let outcome = try journal.blank { topic, _ in text(topic).contains("SECRETCAR") }
        #expect(outcome.messages == 40)
        #expect(outcome.batches == 40)
        #expect(outcome.unreadable.isEmpty)
        let bytes = try folder.allBytes()
        #expect(bytes.range(of: Data("SECRETCAR".utf8)) == nil)
        #expect(bytes.range(of: Data(" of 7".utf8)) == nil)

        let after = try readAll(journal)
        #expect(after.map(\.position) == before.map(\.position))
        for (old, new) in zip(before, after) {
            #expect(new.batch.byteCount == old.batch.byteCount)
            for index in 0..<50 {
                let flags = new.batch.message(index).flags
                #expect(flags.contains(.blanked) == (index == 7))
                if index != 7 {
                    #expect(contents(of: new.batch)[index] == contents(of: old.batch)[index])
                }
            }
        }
    }

    @Test func `a payload can be meant as well as a topic`() throws {
        let journal = try folder.open()
        _ = try journal.append(makeBatch([("a", "vin=ONE"), ("a", "vin=TWO"), ("b", "vin=ONE")]))
        let outcome = try journal.blank { topic, payload in
            text(topic) == "a" && text(payload).hasSuffix("ONE")
        }
        #expect(outcome.messages == 1)
        let batch = try #require(try journal.batch(at: JournalPosition(1))).batch
        #expect(contents(of: batch)[1...] == ["a=vin=TWO", "b=vin=ONE"])
    }

    @Test func `erasing twice erases once`() throws {
        let journal = try folder.open()
        _ = try journal.append(makeBatch("n", count: 20))
        #expect(try journal.blank { _, _ in true }.messages == 20)
        #expect(try journal.blank { _, _ in true } == BlankOutcome())
        #expect(try SQLiteIngestJournal.verify(path: folder.journalPath).blankedMessages == 20)
    }

    @Test func `what retention removed is gone from the disk too`() throws {
        let journal = try folder.open()
        _ = try journal.append(makeBatch([("cars/1", "REMOVEDSECRET")], at: 1000))
        _ = try journal.append(makeBatch([("cars/1", "stays")], at: 9000))
        _ = try journal.remove(
            arrivedBefore: Timestamp(milliseconds: 5000), through: journal.newest)
        journal.close()
        #expect(try folder.allBytes().range(of: Data("REMOVEDSECRET".utf8)) == nil)
    }

    @Test func `a damaged batch is reported as not erased`() throws {
        var journal = try folder.open()
        for _ in 1...3 { _ = try journal.append(makeBatch([("cars/1", "keepsake")])) }
        journal.close()
        _ = try folder.patch("keepsake", to: "keepsoke")
        journal = try folder.open()
        let outcome = try journal.blank { _, _ in true }
        #expect(outcome.messages == 2)
        #expect(outcome.unreadable.count == 1)
        let damaged = try #require(outcome.unreadable.first)
        #expect(damaged.damage == .message(index: 0, offset: 40))
        #expect(try journal.repair(damaged.position) == .lostMessages([0]))
        #expect(try journal.blank { _, _ in true } == BlankOutcome())
        #expect(try folder.allBytes().range(of: Data("keepsoke".utf8)) == nil)
    }

    @Test func `appending goes on while messages are erased`() throws {
        let journal = try folder.open()
        for _ in 1...60 { _ = try journal.append(makeBatch("old", count: 400)) }
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            do throws(JournalError) {
                if part == 0 {
                    let outcome = try journal.blank { topic, _ in
                        text(topic).hasPrefix("cars/old/1")
                    }
                    #expect(outcome.batches == 60)
                } else {
                    for _ in 1...60 { _ = try journal.append(makeBatch("new", count: 100)) }
                }
            } catch {
                Issue.record(error)
            }
        }
        let stored = try readAll(journal)
        #expect(stored.count == 120)
        #expect(try SQLiteIngestJournal.verify(path: folder.journalPath).isSound)
    }
}
