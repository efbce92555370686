import Foundation
import IngestJournal
import StateStore
import Synchronization
import TelemetryPipeline
import Testing
import VehicleSignals
import turnpike

/// A journal that counts which batches are read one by one.
private final class CountingJournal: IngestJournal {
    private let journal: SQLiteIngestJournal
    private let reads = Mutex<[JournalPosition]>([])

    init(_ journal: SQLiteIngestJournal) { self.journal = journal }

    /// Positions read since the last call.
    func takeReads() -> [Int64] {
        reads.withLock { reads in
            defer { reads = [] }
            return reads.map(\.number)
        }
    }

    func batch(at position: JournalPosition) throws(JournalError) -> JournaledBatch? {
        reads.withLock { $0.append(position) }
        return try journal.batch(at: position)
    }

    func append(_ batch: MessageBatch) throws(JournalError) -> JournalPosition {
        try journal.append(batch)
    }

    func read(
        after: JournalPosition, upTo bytes: Int
    ) throws(JournalError) -> [JournaledBatch] {
        try journal.read(after: after, upTo: bytes)
    }

    var newest: JournalPosition { journal.newest }
    var removedThrough: JournalPosition { journal.removedThrough }
    var numberedThrough: JournalPosition { journal.numberedThrough }

    func continueNumbering(after position: JournalPosition) throws(JournalError) {
        try journal.continueNumbering(after: position)
    }

    func remove(
        arrivedBefore cutoff: Timestamp, through limit: JournalPosition
    ) throws(JournalError) -> Int {
        try journal.remove(arrivedBefore: cutoff, through: limit)
    }

    func blank(
        where isMeant: (RawSpan, RawSpan) -> Bool
    ) throws(JournalError) -> BlankOutcome {
        try journal.blank(where: isMeant)
    }

    var statistics: JournalStatistics { get throws(JournalError) { try journal.statistics } }

    func close() { journal.close() }
}

/// What a look for quarantined messages takes, and what it leaves for the next one.
@Suite struct QuarantineRetryTests {
    private static let kept = 16

    /// Stores of which the quarantine keeps 16 bytes of each message of `batches`, in the order
    /// in which two workers would hand them over: every second one first.
    private func world(
        _ batches: [[Int]]
    ) throws -> (folder: URL, state: SQLiteStateStore, journal: CountingJournal) {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "turnpike-retry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var limits = StateStoreLimits()
        limits.quarantinePayloadBytesMax = Self.kept
        let state = try SQLiteStateStore(
            path: folder.appending(path: "state.db").path, limits: limits)
        let journal = try SQLiteIngestJournal(path: folder.appending(path: "journal.db").path)
        var messages: [StoredQuarantine] = []
        for sizes in batches {
            var batch = MessageBatch()
            let topic = Array("a/b".utf8)
            let payloads = sizes.map { size in
                (0..<size).map { UInt8(truncatingIfNeeded: size &* 7 &+ $0) }
            }
            for payload in payloads {
                unsafe batch.append(
                    topic: topic.span.bytes, payload: payload.span.bytes, flags: [],
                    arrival: StoreFolder.now)
            }
            batch.seal()
            let position = try journal.append(batch)
            for (index, payload) in payloads.enumerated() {
                messages.append(
                    StoredQuarantine(
                        position: position, messageIndex: index, source: "", mappingVersion: "",
                        reason: "no_source", byteOffset: nil, detail: "",
                        arrival: StoreFolder.now, topic: topic, payload: payload))
            }
        }
        var flush = StateFlush(
            position: journal.newest, counters: [],
            catalogue: StoredCatalogue(paths: [], sources: []))
        flush.quarantine =
            messages.filter { $0.messageIndex % 2 == 1 }
            + messages.filter { $0.messageIndex % 2 == 0 }
        try state.save(flush) { left, _ in left }
        return (folder, state, CountingJournal(journal))
    }

    @Test func `a look stops at its bytes, reads each batch once, and the next one goes on`() throws
    {
        let sizes = [[900, 901, 902, 903], [904, 905], [906], [12, 907], [9_000], [908]]
        let (folder, state, journal) = try world(sizes)
        defer {
            try? state.close()
            journal.close()
            try? FileManager.default.removeItem(at: folder)
        }
        #expect(try state.requestRetry(.everything).count == 11)
        var taken: [[Int]] = []
        let retry = QuarantineRetry(state: state, journal: journal, bytesMax: 4000) { messages in
            for message in messages {
                let size = message.payload.count
                #expect(
                    message.payload == (0..<size).map { UInt8(truncatingIfNeeded: size &* 7 &+ $0) }
                )
            }
            taken.append(messages.map(\.payload.count))
        }
        var reads: [[Int64]] = []
        while try retry.run().handedIn > 0 { reads.append(journal.takeReads()) }
        #expect(taken.flatMap(\.self) == sizes.flatMap(\.self))
        // One that is larger than a look may take is taken alone.
        #expect(taken.filter { $0.contains(9_000) } == [[9_000]])
        for look in taken where look.count > 1 { #expect(look.reduce(0, +) <= 4000) }
        for look in reads { #expect(look == Array(Set(look)).sorted()) }
        #expect(reads.count > 2)
        #expect(try state.quarantineFigures().retried == 11)
        #expect(try retry.run() == QuarantineRetry.Outcome())
    }

    @Test func `what was read for short messages counts too`() throws {
        // Little is asked for, but it lies among much.
        let (folder, state, journal) = try world(Array(repeating: [20, 3_000], count: 6))
        defer {
            try? state.close()
            journal.close()
            try? FileManager.default.removeItem(at: folder)
        }
        for entry in try state.quarantined(after: 0, standing: .open, limit: 99)
        where entry.payloadLength == 20 {
            _ = try state.requestRetry(.message(entry.id))
        }
        let retry = QuarantineRetry(state: state, journal: journal, bytesMax: 6000) { _ in }
        #expect(try retry.run().handedIn == 2)
        #expect(journal.takeReads().count == 2)
        #expect(try retry.run().handedIn == 2)
        #expect(try retry.run().handedIn == 2)
    }
}
