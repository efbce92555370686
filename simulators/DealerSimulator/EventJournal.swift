import Foundation
import Synchronization
import VehicleSignals

/// Every verified event as one line, written before the gateway gets its answer: what stands here
/// the dealer has, what he has stands here. A run is judged by it.
final class EventJournal: Sendable {
    /// A journal that cannot be written.
    struct Unwritable: Error, CustomStringConvertible {
        let path: String
        var description: String { "the journal \(path) cannot be opened or written" }
    }

    private let path: String
    private let file: Mutex<FileHandle>
    /// Ids that earlier runs have written.
    let known: [String]

    init(path: String) throws {
        self.path = path
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw Unwritable(path: path)
            }
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else {
            throw Unwritable(path: path)
        }
        let text = try handle.readToEnd() ?? Data()
        struct Line: Decodable { let id: String }
        known = text.split(separator: UInt8(ascii: "\n")).compactMap {
            (try? JSONDecoder().decode(Line.self, from: Data($0)))?.id
        }
        // A line that a crash cut short ends here, so that the next one is whole.
        if let last = text.last, last != UInt8(ascii: "\n") {
            try handle.write(contentsOf: Data("\n".utf8))
        }
        file = Mutex(handle)
    }

    func append(_ line: LogLine) throws {
        var stamped = line
        stamped.at = WallClock.now().rfc3339
        let bytes = stamped.json + Data("\n".utf8)
        try file.withLock { try $0.write(contentsOf: bytes) }
    }
}
