import Foundation
import Synchronization
import VehicleSignals

/// One line of what happened; members without a value are left out.
struct LogLine: Sendable, Encodable {
    var event: String
    var at: String?
    var id: String?
    var type: String?
    var lead: String?
    var trigger: String?
    var dealer: String?
    var port: Int?
    var url: String?
    var answer: Int?
    var status: String?
    var reason: String?
    var sequence: String?

    init(
        _ event: String, id: String? = nil, type: String? = nil, lead: String? = nil,
        trigger: String? = nil, dealer: String? = nil, port: Int? = nil, url: String? = nil,
        answer: Int? = nil, status: String? = nil, reason: String? = nil, sequence: String? = nil
    ) {
        self.event = event
        self.id = id
        self.type = type
        self.lead = lead
        self.trigger = trigger
        self.dealer = dealer
        self.port = port
        self.url = url
        self.answer = answer
        self.status = status
        self.reason = reason
        self.sequence = sequence
    }

    var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers only: there is nothing that could not be encoded.
        return (try? encoder.encode(self)) ?? Data("{}".utf8)
    }

    var words: String {
        let rest = [
            dealer, type, trigger, lead ?? id, status, answer.map(String.init), url, reason,
        ]
        return ([event] + rest.compactMap(\.self)).joined(separator: " ")
    }
}

/// Standard output, one whole line at a time, whoever writes.
final class EventLog: Sendable {
    private let isQuiet: Bool
    private let asJSON: Bool
    private let output = Mutex(FileHandle.standardOutput)

    init(isQuiet: Bool, asJSON: Bool) {
        self.isQuiet = isQuiet
        self.asJSON = asJSON
    }

    /// - Parameter isEssential: Written even when quiet.
    func write(_ line: LogLine, isEssential: Bool = false) {
        guard isEssential || !isQuiet else { return }
        var stamped = line
        stamped.at = WallClock.now().rfc3339
        let text = (asJSON ? stamped.json : Data(stamped.words.utf8)) + Data("\n".utf8)
        // Whoever read the lines may have gone; the dealer works on.
        output.withLock { try? $0.write(contentsOf: text) }
    }

    /// Returns when every line begun is written.
    func flush() { output.withLock { _ in } }
}
