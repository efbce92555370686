import Foundation
import PayloadDecoding
import Testing

@Suite struct `a CAN database` {
    private func read(_ text: String) throws -> DBCDatabase {
        try DBCDatabase(bytes: Array(text.utf8))
    }

    @Test func `is read whole: frames, signals, multiplexing, words, comments`() throws {
        let database = try read(CANSources.database)
        #expect(database.messages.map(\.name) == ["Cluster", "Parts", "Extended", "Other"])
        #expect(database.messages[2].isExtended)
        #expect(database.messages[2].id == 2_566_834_709 - 0x8000_0000)
        let cluster = try #require(database.message(named: "Cluster"))
        #expect(
            cluster.signals[1]
                == DBCSignal(
                    name: "Outside", startBit: 31, bitCount: 9, isLittleEndian: false,
                    valueType: .signed, factor: 0.5, offset: -10, minimum: -50, maximum: 75,
                    unit: "unheard"))
        #expect(cluster.signals[3].words == [0: "LOCK", 3: "run", 5: "START"])
        let parts = database.messages[1]
        #expect(parts.signals.map(\.isMultiplexor) == [true, true, false, false])
        #expect(
            parts.signals[2].condition
                == DBCSignal.Condition(multiplexor: "Page", values: [1...1]))
        #expect(
            parts.signals[3].condition
                == DBCSignal.Condition(multiplexor: "Sub", values: [2...2, 3...3]))
        #expect(parts.signals[3].valueType == .float)
        #expect(parts.signals[2].comment == "it may have\ntwo lines; and a \"quote\"")
    }

    @Test func `in Latin-1 keeps its letters`() throws {
        var bytes = Array("BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"".utf8)
        bytes += [0xB0] + Array("C\" X\n".utf8)
        let database = try DBCDatabase(bytes: bytes)
        #expect(database.messages[0].signals[0].unit == "°C")
    }

    @Test func `keeps signals without a frame out`() throws {
        let text = """
            BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX
             SG_ Orphan : 0|8@1+ (1,0) [0|0] "" Vector__XXX
            BO_ 7 M: 8
            """
        #expect(try read(text).messages.map(\.name) == ["M"])
    }

    @Test func `keeps them out under the other number that files give their place`() throws {
        let text = """
            BO_ 1073741824 VECTOR__INDEPENDENT_SIG_MSG: 0 Car
             SG_ Orphan : 0|8@0+ (1,0) [0|0] "" Car
            BO_ 7 M: 8
            """
        #expect(try read(text).messages.map(\.name) == ["M"])
    }

    static let places: [(bytes: Int, place: String, words: String?)] = [
        (8, "51|13@1", nil), (8, "56|8@1", nil), (8, "7|64@0", nil), (8, "63|8@0", nil),
        (64, "503|16@0", nil), (0, "0|1@1", "bit 0 of S lies outside of the 0 bytes of M"),
        (1, "0|9@1", "bit 8 of S lies outside of the 1 byte of M"),
        (8, "52|13@1", "bit 64 of S lies outside of the 8 bytes of M"),
        (8, "500|13@1", "bits 500 to 512 of S lie outside of the 8 bytes of M"),
        (8, "56|9@0", "bits 71 to 64 of S lie outside of the 8 bytes of M"),
        (64, "503|20@0", "bits 519 to 516 of S lie outside of the 64 bytes of M"),
        (4, "24|16@1", "bits 32 to 39 of S lie outside of the 4 bytes of M"),
    ]

    @Test(arguments: places.indices)
    func `says which bits of a signal its message has no bytes for`(index: Int) throws {
        let (bytes, place, words) = Self.places[index]
        let text = "BO_ 1 M: \(bytes) X\n SG_ S : \(place)+ (1,0) [0|0] \"\" X"
        let file = try DBCFile(bytes: Array(text.utf8))
        let flaw = file.misfit(message: 0, signal: 0)
        #expect(flaw?.message == words)
        #expect(flaw == nil || flaw?.line == 2)
        // A frame of that length has the signal exactly where it fits, bit by bit.
        let signal = file.database.messages[0].signals[0]
        let frame = [UInt8](repeating: 0xFF, count: bytes)
        #expect((PlainBits.bits(signal, frame) == nil) == (flaw != nil))
        let longer = frame + [UInt8](repeating: 0xFF, count: signal.bytesNeeded)
        #expect(PlainBits.bits(signal, longer) != nil)
    }

    @Test func `names a multiplexor that lies outside for what depends on it`() throws {
        let text = """
            BO_ 1 M: 2 X
             SG_ Page M : 15|2@1+ (1,0) [0|3] "" X
             SG_ S m1 : 0|8@1+ (1,0) [0|0] "" X
             SG_ T : 0|8@1+ (1,0) [0|0] "" X
            """
        let file = try DBCFile(bytes: Array(text.utf8))
        let flaw = try #require(file.misfit(message: 0, signal: 1))
        #expect(flaw.line == 2)
        #expect(flaw.message.hasPrefix("bit 16 of Page, on which S depends, lies outside"))
        #expect(flaw.remedy.contains("at least 3 bytes"))
        #expect(file.misfit(message: 0, signal: 2) == nil)
    }

    @Test func `reads over a table of values for a signal that is gone`() throws {
        let text = """
            BO_ 1 M: 8 X
             SG_ S : 0|8@1+ (1,0) [0|0] "" X
            VAL_ 1 Gone 0 "off" ;
            VAL_ 2 S 0 "off" ;
            """
        #expect(try read(text).messages[0].signals[0].words.isEmpty)
    }

    static let flaws: [(text: String, line: Int, part: String)] = [
        ("HELLO", 1, "begins no statement"),
        ("BO_ 1 M: 8 X\nBO_ 1 N: 8 X", 2, "stands twice"),
        ("BO_ 4000 M: 8 X", 1, "more than 11 bits"),
        ("BO_ 4294967295 M: 8 X", 1, "no number of a CAN frame"),
        ("BO_ 1 M: 9999 X", 1, "9999 bytes"),
        ("BO_ x M: 8 X", 1, "the number of a frame"),
        ("\n SG_ S : 0|8@1+ (1,0) [0|1] \"\" X", 2, "before the first frame"),
        ("BO_ 1 M: 8 X\n SG_ S : 0|0@1+ (1,0) [0|1] \"\" X", 2, "0 bits"),
        ("BO_ 1 M: 8 X\n SG_ S : 0|65@1+ (1,0) [0|1] \"\" X", 2, "65 bits"),
        ("BO_ 1 M: 8 X\n SG_ S : 99999|8@1+ (1,0) [0|1] \"\" X", 2, "reaches beyond"),
        ("BO_ 1 M: 8 X\n SG_ S : 0|8@2+ (1,0) [0|1] \"\" X", 2, "no order"),
        ("BO_ 1 M: 8 X\n SG_ S : 0|8@1* (1,0) [0|1] \"\" X", 2, "+ or -"),
        ("BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (0,0) [0|1] \"\" X", 2, "factor of S is 0"),
        ("BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"km", 2, "does not end"),
        ("BO_ 1 M: 8 X\n SG_ S q3 : 0|8@1+ (1,0) [0|1] \"\" X", 2, "about multiplexing"),
        ("BO_ 1 M: 8 X\n SG_ S m3 : 0|8@1+ (1,0) [0|1] \"\" X", 2, "has none"),
        (
            "BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"\" X\n SG_ S : 8|8@1+ (1,0) [0|1] \"\" X",
            3, "stands twice"
        ),
        ("BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"\" X\nSIG_VALTYPE_ 1 S : 1;", 3, "32 bits"),
        ("BO_ 1 M: 8 X\nSIG_VALTYPE_ 1 T : 1;", 2, "no signal T"),
        (
            "BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"km X\n"
                + " SG_ T : 8|8@1+ (1,0) [0|1] \"km\" X", 2, "unit of S does not end on its line"
        ),
        (
            "BO_ 1 M: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] \"\" X\nSG_MUL_VAL_ 1 T S 1-1;", 3,
            "no signal T"
        ),
        ("BO_ 1 M: 8 X\n\"ends not\nhere\"", 2, "\"ends not…\" begins no statement"),
        ("BA_ \"x\" 3\nBO_ 1 M: 8 X", 1, "does not end"),
        ("VAL_ 1 S 0 \"a\" 1", 1, "in quotes"),
        (
            "BO_ 1 M: 8 X\n SG_ A m0M : 0|8@1+ (1,0) [0|1] \"\" X\n"
                + " SG_ B m0M : 8|8@1+ (1,0) [0|1] \"\" X\n"
                + "SG_MUL_VAL_ 1 A B 0-0;\nSG_MUL_VAL_ 1 B A 0-0;", 2, "in a circle"
        ),
    ]

    @Test(arguments: flaws.indices)
    func `with a flaw says where and what`(index: Int) {
        let flaw = Self.flaws[index]
        do throws(DBCFlaw) {
            _ = try DBCDatabase(bytes: Array(flaw.text.utf8))
            Issue.record("\(flaw.text) was read")
        } catch {
            #expect(error.line == flaw.line, "\(error.sentence)")
            #expect(error.message.contains(flaw.part), "\(error.sentence)")
            #expect(!error.sentence.contains("\n"))
            #expect(!error.remedy.isEmpty)
        }
    }

    @Test(arguments: [41, 42])
    func `cut, or with other bytes in it, is read or refused, and never crashes`(
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(seed: seed)
        let whole = Array(CANSources.database.utf8)
        for _ in 0..<3_000 {
            var bytes = Array(whole.prefix(Int.random(in: 0...whole.count, using: &numbers)))
            for _ in 0..<Int.random(in: 0...3, using: &numbers) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(
                    in: 0...255, using: &numbers)
            }
            guard let database = try? DBCDatabase(bytes: bytes) else { continue }
            let tables = DBCTables(database)
            for message in 0..<database.messages.count {
                var values = [Double](repeating: 0, count: tables.signalCount(of: message))
                var span = values.mutableSpan
                let data = [UInt8](repeating: 0xA5, count: 2048)
                unsafe tables.decode(message, data.span.bytes, length: 64, into: &span)
            }
        }
    }

    /// Frames and signals of each, as another tool counts the lines.
    @Test func `of the real ones loads whole`() throws {
        guard let folder = Shipped.folder("../shared/formats/samples/opendbc") else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var count = 0
        for name in files.sorted() where name.hasSuffix(".dbc") {
            let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let file = try DBCFile(bytes: bytes)
            let database = file.database
            let frames = lines.count { $0.hasPrefix("BO_ ") && !$0.hasPrefix("BO_ 3221225472 ") }
            let signals = lines.count { $0.drop { $0 == " " || $0 == "\t" }.hasPrefix("SG_ ") }
            #expect(database.messages.count == frames, "\(name)")
            #expect(database.messages.map(\.signals.count).reduce(0, +) == signals, "\(name)")
            _ = DBCTables(database)
            count += 1
        }
        #expect(count == 4)
    }
}
