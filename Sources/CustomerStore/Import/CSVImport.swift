import Foundation
import GRDB
public import VehicleSignals

extension CustomerStore {
    /// Takes a CSV file of one kind. Good rows land, bad ones are reported with line, column and
    /// reason; the same file again changes nothing. The file is read in pieces, so its size does
    /// not matter; rows land in transactions of ``ImportRun/rowsPerTransaction``.
    ///
    /// - Parameter progress: called after each transaction, with the secrets that it made.
    /// - Throws: ``ImportError`` when nothing can be taken at all; a database error when the disk
    ///   is full or another process keeps the file too long. What landed before stays, and
    ///   importing the file again goes on from there.
    public func importCSV(
        kind: ImportKind, path: String, now: Timestamp,
        progress: ((ImportProgress) -> Void)? = nil
    ) throws -> ImportResult {
        var run = ImportRun(store: self, kind: kind, path: path, now: now)
        return try run.perform(progress)
    }
}

/// One import under way.
struct ImportRun {
    /// Enough to make a transaction's fsync cheap, few enough that the gateway, which writes to
    /// the same file, waits some 20 ms at most.
    static let rowsPerTransaction = 1000
    /// Left between transactions, so that another process gets the lock: it asks every millisecond.
    static let pauseMicroseconds: UInt32 = 3000
    static let chunkBytes = 262_144
    /// A header longer than this is none.
    static let headerBytesMax = 65_536

    let store: CustomerStore
    let kind: ImportKind
    let path: String
    let now: Timestamp

    init(store: CustomerStore, kind: ImportKind, path: String, now: Timestamp) {
        self.store = store
        self.kind = kind
        self.path = path
        self.now = now
    }

    mutating func perform(_ progress: ((ImportProgress) -> Void)?) throws -> ImportResult {
        let (encoding, total) = try detect()
        let header = try readHeader(encoding)
        var result = ImportResult(
            kind: kind, encoding: encoding, delimiter: Character(Unicode.Scalar(header.delimiter)))
        result.warnings = header.warnings
        var parser = CSVParser(delimiter: header.delimiter)
        var writer = RowWriter(kind: kind, now: now, options: store.options)
        var isHeader = true
        var waiting: [CSVRecord] = []
        var bytesRead: Int64 = 0

        func take(_ records: [CSVRecord]) throws {
            for record in records {
                if isHeader {
                    isHeader = false
                    continue
                }
                waiting.append(record)
                if waiting.count == Self.rowsPerTransaction { try flush() }
            }
        }
        func flush() throws {
            guard !waiting.isEmpty else { return }
            let shown = writer.generatedSecrets.count
            try land(waiting, header, &writer, into: &result)
            waiting.removeAll(keepingCapacity: true)
            progress?(
                ImportProgress(
                    rows: result.rows,
                    newSecrets: Array(writer.generatedSecrets.dropFirst(shown)),
                    bytesRead: bytesRead, bytesTotal: total))
            usleep(Self.pauseMicroseconds)
        }

        var converter = EncodingConverter(encoding)
        try forEachChunk { chunk in
            bytesRead += Int64(chunk.count)
            try take(parser.feed(converter.convert(chunk)))
        }
        try take(parser.feed(converter.finish()))
        try take(parser.finish())
        try flush()
        result.warnings += writer.warnings
        result.generatedSecrets = writer.generatedSecrets
        return result
    }

    /// Writes a run of rows as one transaction. What a row finds wrong rolls back nothing but
    /// itself: rows are checked before their first write.
    private func land(
        _ records: [CSVRecord], _ header: Header, _ writer: inout RowWriter,
        into result: inout ImportResult
    ) throws {
        var landed = result
        var next = writer
        try store.pool.write { db in
            for record in records {
                landed.rows += 1
                do {
                    if let flaw = record.flaw { throw RowFlaw(column: nil, reason: flaw) }
                    guard record.fields.count == header.width else {
                        throw RowFlaw(
                            column: nil,
                            reason: "has \(record.fields.count) fields, the header \(header.width)")
                    }
                    let row = ImportRow(places: header.places, record: record)
                    switch try next.write(row, db) {
                    case .added: landed.added += 1
                    case .changed: landed.changed += 1
                    case .unchanged: landed.unchanged += 1
                    }
                } catch let flaw as RowFlaw {
                    landed.reject(
                        RejectedRow(line: record.line, column: flaw.column, reason: flaw.reason))
                }
            }
            if landed.added > result.added || landed.changed > result.changed {
                _ = try db.advance("registry_version")
            }
        }
        result = landed
        writer = next
    }

    // MARK: - Reading

    private func forEachChunk(_ body: ([UInt8]) throws -> Void) throws {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw ImportError.cannotRead(path: path, reason: error.localizedDescription)
        }
        defer { try? handle.close() }
        while true {
            let data: Data?
            do {
                data = try handle.read(upToCount: Self.chunkBytes)
            } catch {
                throw ImportError.cannotRead(path: path, reason: error.localizedDescription)
            }
            guard let data, !data.isEmpty else { return }
            try body([UInt8](data))
        }
    }

    private func detect() throws -> (TextEncoding, Int64) {
        var detector = EncodingDetector()
        var total: Int64 = 0
        try forEachChunk { chunk in
            detector.feed(chunk)
            total += Int64(chunk.count)
        }
        guard total > 0 else { throw ImportError.empty(path: path) }
        return (detector.encoding, total)
    }

    private struct Header {
        var delimiter: UInt8
        var width: Int
        var places: [String: Int]
        var warnings: [String]
    }

    private struct Enough: Error {}

    /// Reads the first record with each delimiter; the one that finds most known columns is it.
    private func readHeader(_ encoding: TextEncoding) throws -> Header {
        var start: [UInt8] = []
        var converter = EncodingConverter(encoding)
        do {
            try forEachChunk { chunk in
                start += converter.convert(chunk)
                if start.count >= Self.headerBytesMax { throw Enough() }
            }
        } catch is Enough {}
        start = Array(start.prefix(Self.headerBytesMax))
        let known = Set(kind.columns)
        var best: (hits: Int, delimiter: UInt8, record: CSVRecord)?
        for delimiter in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09] {
            var parser = CSVParser(delimiter: delimiter)
            guard let record = parser.feed(start).first ?? parser.finish().first else { continue }
            let hits = record.fields.filter { known.contains(Self.folded($0)) }.count
            if let current = best, current.hits >= hits { continue }
            best = (hits, delimiter, record)
        }
        guard let best else { throw ImportError.empty(path: path) }
        if let flaw = best.record.flaw { throw ImportError.headerFlaw(path: path, reason: flaw) }
        return try header(best.record, best.delimiter, known)
    }

    private func header(
        _ record: CSVRecord, _ delimiter: UInt8, _ known: Set<String>
    ) throws -> Header {
        var header = Header(
            delimiter: delimiter, width: record.fields.count, places: [:], warnings: [])
        for (place, name) in record.fields.enumerated() {
            let column = Self.folded(name)
            guard known.contains(column) else {
                if !column.isEmpty {
                    header.warnings.append("column \"\(name)\" is not known and was not read")
                }
                continue
            }
            guard header.places[column] == nil else {
                throw ImportError.headerFlaw(
                    path: path, reason: "column \(column) stands there twice")
            }
            header.places[column] = place
        }
        let missing = kind.requiredColumns.filter { header.places[$0] == nil }
        guard missing.isEmpty else {
            throw ImportError.missingColumns(
                path: path, missing: missing, found: record.fields, expected: kind.columns)
        }
        return header
    }

    /// `External ID`, `external-id` and `external_id` are one column.
    static func folded(_ name: String) -> String {
        String(
            WordList.trimmed(name[...]).lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
    }
}
