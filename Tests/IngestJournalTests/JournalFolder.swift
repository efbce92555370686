import Foundation
import IngestJournal
import VehicleSignals

/// A folder of its own for one test, gone when the test is.
final class JournalFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "turnpike-journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var journalPath: String { url.appending(path: "journal.db").path }

    func open(bytesMax: Int64? = nil) throws(JournalError) -> SQLiteIngestJournal {
        try SQLiteIngestJournal(path: journalPath, bytesMax: bytesMax)
    }

    /// Everything that stands on disk, the log included.
    func allBytes() throws -> Data {
        var all = Data()
        for name in try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() {
            all.append(try Data(contentsOf: url.appending(path: name)))
        }
        return all
    }

    /// Replaces the only occurrence of `old` in the journal's file by `new` of the same length.
    func patch(_ old: String, to new: String) throws -> Int {
        var bytes = try Data(contentsOf: URL(filePath: journalPath))
        guard let range = bytes.range(of: Data(old.utf8)) else { return -1 }
        bytes.replaceSubrange(range, with: Data(new.utf8))
        try bytes.write(to: URL(filePath: journalPath))
        return range.lowerBound
    }

    /// Replaces bytes at an offset of the journal's file.
    func patch(at offset: Int, to new: [UInt8]) throws {
        var bytes = try Data(contentsOf: URL(filePath: journalPath))
        bytes.replaceSubrange(offset..<(offset + new.count), with: new)
        try bytes.write(to: URL(filePath: journalPath))
    }
}

/// A sealed batch of the given messages that arrived at `milliseconds`.
func makeBatch(_ messages: [(topic: String, payload: String)], at milliseconds: Int64 = 1000)
    -> MessageBatch
{
    var batch = MessageBatch()
    for message in messages {
        let topic = Array(message.topic.utf8)
        let payload = Array(message.payload.utf8)
        unsafe batch.append(
            topic: topic.span.bytes, payload: payload.span.bytes,
            flags: MessageFlags(qualityOfService: 1, isRetained: false, isDuplicate: false),
            arrival: Timestamp(milliseconds: milliseconds))
    }
    batch.seal()
    return batch
}

/// A sealed batch of `count` messages whose payloads have `payloadBytes` bytes.
func makeBatch(_ name: String, count: Int, payloadBytes: Int = 300, at milliseconds: Int64 = 1000)
    -> MessageBatch
{
    makeBatch(
        (0..<count).map {
            ("cars/\(name)/\($0)", String(repeating: "x", count: payloadBytes))
        }, at: milliseconds)
}

/// Topics and payloads of a batch as texts.
func contents(of batch: MessageBatch) -> [String] {
    let bytes = batch.bytes
    return (0..<batch.count).map { index in
        let view = batch.message(index)
        let end = view.payloadOffset + view.payloadLength
        let topic = String(decoding: bytes[view.topicOffset..<view.payloadOffset], as: UTF8.self)
        return topic + "=" + String(decoding: bytes[view.payloadOffset..<end], as: UTF8.self)
    }
}

/// The topic of one message as a text.
func topic(of index: Int, in batch: MessageBatch) -> String {
    let view = batch.message(index)
    return batch.withBytes { text($0.extracting(view.topicOffset..<view.payloadOffset)) }
}

func text(_ span: RawSpan) -> String {
    let bytes = (0..<span.byteCount).map { span.byte(at: $0) }
    return String(decoding: bytes, as: UTF8.self)
}

/// All batches of a journal behind `after`.
func readAll(
    _ journal: some IngestJournal, after: JournalPosition = .start, step: Int = 1 << 20
) throws(JournalError) -> [JournaledBatch] {
    var all: [JournaledBatch] = []
    var last = after
    while true {
        let next = try journal.read(after: last, upTo: step)
        guard let end = next.last else { return all }
        all += next
        last = end.position
    }
}
