import Testing
import VehicleSignals

@Suite struct MessageBatchTests {
    private func make(_ messages: [(String, [UInt8])], gated: UInt32 = 0) -> MessageBatch {
        var batch = MessageBatch()
        for (index, message) in messages.enumerated() {
            let topic = Array(message.0.utf8)
            unsafe batch.append(
                topic: topic.span.bytes, payload: message.1.span.bytes,
                flags: MessageFlags(
                    qualityOfService: index % 3, isRetained: index % 2 == 1,
                    isDuplicate: index == 2),
                arrival: Timestamp(milliseconds: 1_000_000 + Int64(index) * 7))
        }
        batch.gatedCount = gated
        batch.seal()
        return batch
    }

    private func content(_ batch: MessageBatch, _ index: Int) -> (topic: String, payload: [UInt8]) {
        let view = batch.message(index)
        let bytes = batch.bytes
        let topic = bytes[view.topicOffset..<view.payloadOffset]
        let payload = bytes[view.payloadOffset..<(view.payloadOffset + view.payloadLength)]
        return (String(decoding: topic, as: UTF8.self), Array(payload))
    }

    private let sample: [(String, [UInt8])] = [
        ("cars/1", Array("one".utf8)), ("", []), ("cars/3", [0, 255, 7]), ("cars/ü", [9]),
    ]

    @Test func `messages come back out of sealed and verified bytes`() throws {
        let batch = try MessageBatch(verifying: make(sample, gated: 12).bytes)
        #expect(batch.count == 4 && batch.isSealed && batch.gatedCount == 12)
        for (index, message) in sample.enumerated() {
            #expect(content(batch, index).topic == message.0)
            #expect(content(batch, index).payload == message.1)
            let view = batch.message(index)
            #expect(view.arrival == Timestamp(milliseconds: 1_000_000 + Int64(index) * 7))
            #expect(view.flags.qualityOfService == index % 3)
            #expect(view.flags.contains(.retained) == (index % 2 == 1))
            #expect(view.flags.contains(.duplicate) == (index == 2))
            #expect(!view.flags.contains(.blanked))
        }
    }

    @Test func `an empty batch is a batch`() throws {
        let batch = try MessageBatch(verifying: make([], gated: 3).bytes)
        #expect(batch.isEmpty && batch.gatedCount == 3)
    }

    @Test func `every change of a single byte is noticed`() {
        let bytes = make(sample, gated: 1).bytes
        for place in bytes.indices {
            for change in 1...255 {
                var damaged = bytes
                damaged[place] ^= UInt8(change)
                if (try? MessageBatch(verifying: damaged)) != nil {
                    Issue.record("byte \(place) ^ \(change) went unnoticed")
                }
            }
        }
    }

    @Test func `bytes cut off or added are noticed`() {
        let bytes = make(sample).bytes
        for length in bytes.indices {
            if (try? MessageBatch(verifying: Array(bytes[..<length]))) != nil {
                Issue.record("cut to \(length) went unnoticed")
            }
        }
        for extra in 1...20 {
            let longer = bytes + [UInt8](repeating: 0, count: extra)
            #expect(throws: BatchDamage.header) { try MessageBatch(verifying: longer) }
        }
    }

    @Test func `two exchanged messages are noticed`() {
        let bytes = make([("a", [1]), ("b", [2])]).bytes
        var exchanged = bytes
        exchanged.replaceSubrange(40..<58, with: bytes[58..<76])
        exchanged.replaceSubrange(58..<76, with: bytes[40..<58])
        // Both are whole, and each stands where a message begins.
        #expect(throws: BatchDamage.message(index: 0, offset: 40)) {
            try MessageBatch(verifying: exchanged)
        }
    }

    @Test func `damage says which message and at which byte`() {
        var bytes = make(sample).bytes
        bytes[40 + 16 + 7] ^= 1
        #expect(throws: BatchDamage.message(index: 0, offset: 40)) {
            try MessageBatch(verifying: bytes)
        }
        bytes = make(sample).bytes
        // The second message has neither topic nor payload: 25 + 16 bytes behind the header.
        bytes[40 + 25 + 16 + 16] ^= 1
        #expect(throws: BatchDamage.message(index: 2, offset: 81)) {
            try MessageBatch(verifying: bytes)
        }
        #expect(throws: BatchDamage.notABatch) { try MessageBatch(verifying: []) }
        #expect(throws: BatchDamage.notABatch) {
            try MessageBatch(verifying: [UInt8](repeating: 0, count: 500))
        }
    }

    @Test func `random bytes are never a batch and never a crash`() {
        var random = Seeded(3)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...200, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if count >= 40, Bool.random(using: &random) {
                bytes.replaceSubrange(0..<4, with: Array("TPB2".utf8))
                bytes.replaceSubrange(24..<32, with: [40, 0, 0, 0, 0, 0, 0, 0])
            }
            #expect((try? MessageBatch(verifying: bytes)) == nil)
        }
    }

    @Test func `a blanked message is zeros, its neighbours stay, and all checks hold`() throws {
        var batch = make(sample)
        batch.blank(2)
        batch.blank(1)
        let read = try MessageBatch(verifying: batch.bytes)
        #expect(read.byteCount == make(sample).byteCount)
        #expect(content(read, 2).payload == [0, 0, 0])
        #expect(content(read, 2).topic == String(repeating: "\0", count: 6))
        #expect(
            (0..<4).map { read.message($0).flags.contains(.blanked) } == [false, true, true, false])
        #expect(content(read, 0).payload == sample[0].1 && content(read, 3).topic == "cars/ü")
        #expect(read.message(2).arrival == make(sample).message(2).arrival)
    }

    @Test func `an emptied batch can be filled again`() throws {
        var batch = make(sample, gated: 5)
        batch.removeAll()
        #expect(batch.isEmpty && !batch.isSealed && batch.gatedCount == 0)
        let topic = Array("again".utf8)
        unsafe batch.append(
            topic: topic.span.bytes, payload: topic.span.bytes, flags: [],
            arrival: Timestamp(milliseconds: 5))
        batch.seal()
        let read = try MessageBatch(verifying: batch.bytes)
        #expect(content(read, 0).topic == "again")
        #expect(read.arrivalBase == Timestamp(milliseconds: 5))
    }

    @Test func `a clock set back does not make an arrival earlier than the batch`() {
        var batch = MessageBatch()
        let topic: [UInt8] = [65]
        for milliseconds: Int64 in [5000, 4000, 5001] {
            unsafe batch.append(
                topic: topic.span.bytes, payload: topic.span.bytes, flags: [],
                arrival: Timestamp(milliseconds: milliseconds))
        }
        #expect((0..<3).map { batch.message($0).arrival.milliseconds } == [5000, 5000, 5001])
    }

    @Test func `intact messages are salvaged from a damaged batch`() throws {
        var bytes = make(sample).bytes
        bytes[40 + 17] ^= 1
        bytes[40 + 25 + 16 + 8] ^= 0xFF
        var lost: [Int] = []
        let batch = try MessageBatch(salvaging: bytes, lost: &lost)
        #expect(lost == [0, 2])
        #expect(batch.count == 4)
        #expect(batch.message(0).flags == .blanked && batch.message(2).flags == .blanked)
        #expect(content(batch, 3).topic == "cars/ü")
        #expect(try MessageBatch(verifying: batch.bytes).bytes == batch.bytes)
    }

    @Test func `any damage among the messages costs only the messages it hits`() throws {
        let whole = make(sample)
        let messages = 40..<(whole.byteCount - 16)
        for place in messages {
            var bytes = whole.bytes
            bytes[place] ^= 0x55
            var lost: [Int] = []
            let batch = try MessageBatch(salvaging: bytes, lost: &lost)
            #expect(lost.count == 1)
            for index in 0..<4 where index != lost[0] {
                #expect(content(batch, index).payload == sample[index].1)
            }
        }
        for place in Array(0..<40) + Array((whole.byteCount - 16)..<whole.byteCount) {
            var bytes = whole.bytes
            bytes[place] ^= 0x55
            var lost: [Int] = []
            #expect(throws: BatchDamage.self) { try MessageBatch(salvaging: bytes, lost: &lost) }
        }
    }

    @Test func `sealing twice and appending after are mistakes of the program`() async {
        await #expect(processExitsWith: .failure) {
            var batch = MessageBatch()
            batch.seal()
            batch.seal()
        }
        await #expect(processExitsWith: .failure) {
            var batch = MessageBatch()
            batch.seal()
            let bytes: [UInt8] = [1]
            unsafe batch.append(
                topic: bytes.span.bytes, payload: bytes.span.bytes, flags: [],
                arrival: Timestamp(milliseconds: 0))
        }
    }

    @Test func `equal bytes hash alike wherever they lie, and lengths matter`() {
        var random = Seeded(11)
        for length in 0...40 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let shifted = [1, 2, 3] + bytes
            let hash = unsafe bytes.span.bytes.stableHash(from: 0, count: length)
            #expect(unsafe shifted.span.bytes.stableHash(from: 3, count: length) == hash)
            #expect(unsafe bytes.span.bytes.stableHash(from: 0, count: length, seed: 1) != hash)
            let longer = bytes + [0]
            #expect(unsafe longer.span.bytes.stableHash(from: 0, count: length + 1) != hash)
            #expect(
                unsafe bytes.span.bytes.equals(
                    from: 0, count: length, shifted.span.bytes, from: 3))
            for place in 0..<length {
                var other = bytes
                other[place] ^= 0x80
                #expect(
                    unsafe !bytes.span.bytes.equals(
                        from: 0, count: length, other.span.bytes, from: 0))
            }
        }
    }

    @Test func `the stored form stays as it is`() {
        // Journals outlive versions: this hash may only change together with the magic number.
        let bytes = Array("Vehicle.TraveledDistance".utf8)
        let hash = unsafe bytes.span.bytes.stableHash(from: 0, count: bytes.count)
        #expect(hash == 10_372_833_307_317_960_871)
        #expect(Array(make([("t", [1])]).bytes[..<8]) == Array("TPB2".utf8) + [1, 0, 0, 0])
    }
}
