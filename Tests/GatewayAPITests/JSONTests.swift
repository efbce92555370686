import GatewayAPI
import Testing

struct JSONTests {
    @Test(arguments: [
        #"{"a":[1,-2,3.5,true,false,null,"x"],"b":{}}"#, "[]", "0", "\"\"", "null", "[[[[]]]]",
        #"{"z":1,"a":2}"#,
    ])
    func `what is written is what was read`(text: String) throws {
        let value = try JSONValue(reading: Array(text.utf8))
        #expect(String(decoding: value.bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("01", 0), ("1.", 2), ("-", 1),
        ("\"abc", 0), ("tru", 0), ("[1] 2", 4), ("{\"a\":1,\"a\":2}", 7), ("\"\\x\"", 1),
        ("\"\\ud800\"", 1), ("\"\u{1}\"", 1), ("1e999", 0), ("{a:1}", 1), ("[1 2]", 3),
    ])
    func `a fault is found where it is`(text: String, offset: Int) {
        #expect {
            _ = try JSONValue(reading: Array(text.utf8))
        } throws: { error in
            (error as? JSONFault)?.offset == offset
        }
    }

    @Test func `escapes, surrogate pairs and UTF-8 are read`() throws {
        let text = #""\u0041\n\"\\\/ \ud83d\ude97 é""#
        #expect(try JSONValue(reading: Array(text.utf8)) == .string("A\n\"\\/ 🚗 é"))
        #expect(throws: JSONFault.self) { try JSONValue(reading: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test func `control characters are written as escapes`() {
        #expect(
            JSONValue.string("a\u{0}\u{1F}\u{7F}\"").bytes
                == Array(#""a\u0000\u001f\u007f\"""#.utf8))
    }

    @Test func `depth is limited`() {
        let deepest = JSONValue.maximumDepth
        let fine = String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)
        #expect(throws: Never.self) { try JSONValue(reading: Array(fine.utf8)) }
        #expect(throws: JSONFault.self) { try JSONValue(reading: Array("[\(fine)]".utf8)) }
        #expect(throws: JSONFault.self) {
            try JSONValue(reading: [UInt8](repeating: 0x5B, count: 1_000_000))
        }
    }

    @Test func `random bytes and cut documents never crash`() {
        var random = Dice(seed: 11)
        let seed = Array(
            #"{"status":"LOST","text":"\u00e9\ud83d\ude97","n":[1.5e3,-0,true,null]}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(random.below(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(random.below(256)), at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            guard let value = try? JSONValue(reading: bytes) else { continue }
            #expect(throws: Never.self) { try JSONValue(reading: value.bytes) }
        }
    }
}

/// Seeded, so that a failure can be repeated.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}
