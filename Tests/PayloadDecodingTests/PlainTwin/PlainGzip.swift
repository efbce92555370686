/// Base64 and gzip the obvious way: a list of bits, and codes looked up by their text of noughts
/// and ones.
enum PlainGzip {
    private struct Wrong: Error {}

    /// `nil` if the text is no base64 of a gzip file that unpacks to 4 MiB or less.
    static func unpackText(_ text: [UInt8]) -> [UInt8]? {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var letters = text[...]
        if letters.count % 4 == 0, letters.last == UInt8(ascii: "=") {
            letters.removeLast()
            if letters.last == UInt8(ascii: "=") { letters.removeLast() }
        }
        var bits: [UInt8] = []
        for letter in letters {
            guard let place = alphabet.firstIndex(of: letter) else { return nil }
            for shift in (0..<6).reversed() { bits.append(UInt8(place >> shift & 1)) }
        }
        guard letters.count % 4 != 1, bits.suffix(bits.count % 8).allSatisfy({ $0 == 0 }) else {
            return nil
        }
        let bytes = stride(from: 0, to: bits.count - bits.count % 8, by: 8).map { start in
            bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | $1 }
        }
        return unpack(bytes)
    }

    /// `nil` if the bytes are no gzip file that unpacks to 4 MiB or less.
    static func unpack(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 18, Array(bytes[0..<3]) == [0x1F, 0x8B, 8], bytes[3] < 32 else {
            return nil
        }
        var rest = bytes.dropFirst(10)
        if bytes[3] & 4 != 0 {
            guard rest.count >= 2 else { return nil }
            let length = Int(rest.removeFirst()) + Int(rest.removeFirst()) * 256
            guard rest.count >= length else { return nil }
            rest = rest.dropFirst(length)
        }
        for flag in [8, 16] as [UInt8] where bytes[3] & flag != 0 {
            guard let end = rest.firstIndex(of: 0) else { return nil }
            rest = rest[(end + 1)...]
        }
        if bytes[3] & 2 != 0 { rest = rest.dropFirst(2) }
        var stream = Stream(bytes: Array(rest))
        guard let out = try? stream.inflate() else { return nil }
        let tail = stream.bytes.dropFirst((stream.at + 7) / 8)
        guard tail.count == 8 else { return nil }
        func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        return number(tail.prefix(4)) == sum(out) && number(tail.suffix(4)) == UInt32(out.count)
            ? out : nil
    }

    static func sum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            for place in 0..<8 {
                let bit = (sum ^ UInt32(byte >> UInt8(place))) & 1
                sum = sum >> 1 ^ (bit == 1 ? 0xEDB8_8320 : 0)
            }
        }
        return ~sum
    }

    private struct Stream {
        let bytes: [UInt8]
        /// In bits.
        var at = 0

        mutating func bit() throws -> Int {
            guard at < bytes.count * 8 else { throw Wrong() }
            defer { at += 1 }
            return Int(bytes[at / 8] >> UInt8(at % 8) & 1)
        }

        mutating func number(_ count: Int) throws -> Int {
            var number = 0
            for place in 0..<count { number |= try bit() << place }
            return number
        }

        mutating func symbol(_ code: [String: Int]) throws -> Int {
            var text = ""
            while text.utf8.count < 15 {
                text += try bit() == 1 ? "1" : "0"
                if let symbol = code[text] { return symbol }
            }
            throw Wrong()
        }

        /// Codes by the standard's rule: counted up within a length, doubled from one to the next.
        func code(_ lengths: [Int]) throws -> [String: Int] {
            var code: [String: Int] = [:]
            var next = 0
            for length in 1...15 {
                for (symbol, wanted) in lengths.enumerated() where wanted == length {
                    guard next < 1 << length else { throw Wrong() }
                    let digits = String(next, radix: 2)
                    code[String(repeating: "0", count: length - digits.count) + digits] = symbol
                    next += 1
                }
                next *= 2
            }
            let isComplete = next == 1 << 16
            guard isComplete || lengths.allSatisfy({ $0 == 0 || $0 == 1 }) else { throw Wrong() }
            return code
        }

        mutating func inflate() throws -> [UInt8] {
            var out: [UInt8] = []
            var isLast = false
            while !isLast {
                isLast = try bit() == 1
                switch try number(2) {
                case 0:
                    at = (at + 7) / 8 * 8
                    let count = try number(16)
                    guard try number(16) == 65_535 - count else { throw Wrong() }
                    for _ in 0..<count { out.append(UInt8(try number(8))) }
                case 1:
                    let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                    try block(
                        code(lengths), code([Int](repeating: 5, count: 32)), into: &out)
                case 2:
                    let (literals, distances) = try codes()
                    try block(literals, distances, into: &out)
                default: throw Wrong()
                }
                guard out.count <= 4_194_304 else { throw Wrong() }
            }
            return out
        }

        private mutating func codes() throws -> ([String: Int], [String: Int]) {
            let literals = try number(5) + 257
            let distances = try number(5) + 1
            let count = try number(4) + 4
            guard literals <= 286, distances <= 30 else { throw Wrong() }
            let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
            var lengths = [Int](repeating: 0, count: 19)
            for place in 0..<count { lengths[order[place]] = try number(3) }
            let code = try code(lengths)
            let share = lengths.reduce(0) { $0 + ($1 == 0 ? 0 : 32_768 >> $1) }
            guard share == 32_768 else { throw Wrong() }
            var all: [Int] = []
            while all.count < literals + distances {
                switch try symbol(code) {
                case 16:
                    guard let last = all.last else { throw Wrong() }
                    all += [Int](repeating: last, count: try number(2) + 3)
                case 17: all += [Int](repeating: 0, count: try number(3) + 3)
                case 18: all += [Int](repeating: 0, count: try number(7) + 11)
                case let length: all.append(length)
                }
            }
            guard all.count == literals + distances, all[256] != 0 else { throw Wrong() }
            return (
                try self.code(Array(all[..<literals])), try self.code(Array(all[literals...]))
            )
        }

        private mutating func block(
            _ literals: [String: Int], _ distances: [String: Int], into out: inout [UInt8]
        ) throws {
            let lengths = [
                3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99,
                115, 131, 163, 195, 227, 258,
            ]
            let steps = [
                1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
                1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
            ]
            while true {
                let symbol = try symbol(literals)
                if symbol == 256 { return }
                if symbol < 256 {
                    out.append(UInt8(symbol))
                    continue
                }
                guard symbol <= 285 else { throw Wrong() }
                let place = symbol - 257
                let extra = place < 8 || place == 28 ? 0 : place / 4 - 1
                let length = lengths[place] + (try number(extra))
                let step = try self.symbol(distances)
                guard step < 30 else { throw Wrong() }
                let distance = steps[step] + (try number(step < 4 ? 0 : step / 2 - 1))
                guard distance <= out.count, out.count + length <= 4_194_304 else {
                    throw Wrong()
                }
                for _ in 0..<length { out.append(out[out.count - distance]) }
            }
        }
    }
}
