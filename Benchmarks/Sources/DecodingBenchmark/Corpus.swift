import Foundation

/// Messages of one kind as every program of the comparison reads them: a file of lines, each a
/// topic, a tab and a payload.
struct Corpus {
    struct Message {
        var topic: Range<Int>
        var payload: Range<Int>
    }

    let bytes: [UInt8]
    let messages: [Message]

    init(file: String) throws {
        bytes = try Array(Data(contentsOf: URL(filePath: file)))
        var messages: [Message] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let tab = bytes[start..<end].firstIndex(of: UInt8(ascii: "\t")) else {
                throw NoCorpus(file: file, line: messages.count + 1)
            }
            messages.append(Message(topic: start..<tab, payload: (tab + 1)..<end))
            start = end + 1
        }
        guard !messages.isEmpty, start == bytes.count else {
            throw NoCorpus(file: file, line: messages.count + 1)
        }
        self.messages = messages
    }
}

/// A file that is no corpus.
struct NoCorpus: Error {
    var file: String
    var line: Int
}

/// SplitMix64: the same seed makes the same corpus on every machine.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func whole(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// A decimal of so many places, written as JSON writes it: no zeros at the end.
    mutating func decimal(_ range: ClosedRange<Int>, places: Int) -> String {
        var digits = String(whole(range))
        let isNegative = digits.hasPrefix("-")
        if isNegative { digits.removeFirst() }
        while digits.count <= places { digits = "0" + digits }
        var fraction = String(digits.suffix(places))
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let head = (isNegative ? "-" : "") + digits.dropLast(places)
        return fraction.isEmpty ? head : head + "." + fraction
    }
}
