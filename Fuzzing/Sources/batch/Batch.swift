internal import FuzzStage
internal import VehicleSignals

/// Stored batches of messages: the input as it is, the input with a header whose check is right,
/// or a good batch made from the input and then damaged. The first byte chooses.
@main enum Batch: FuzzTarget {
    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        var input = InputBytes(input)
        switch input.byte() % 3 {
        case 0: tryStored(input.rest())
        case 1: tryStored(withRightHeader(input.rest()))
        default: tryBuilt(&input)
        }
    }

    private static func tryStored(_ bytes: [UInt8]) {
        let batch: MessageBatch
        do throws(BatchDamage) { batch = try MessageBatch(verifying: bytes) } catch {
            checkPlace(error, bytes.count)
            return trySalvage(bytes, isDamaged: true)
        }
        demand(batch.isSealed && batch.bytes == bytes, "a batch of other bytes")
        checkMessages(batch)
        rebuild(batch)
        blankEach(batch)
        trySalvage(bytes, isDamaged: false)
    }

    private static func checkPlace(_ damage: BatchDamage, _ count: Int) {
        guard case .message(let index, let offset) = damage else { return }
        demand(index >= 0 && offset >= 0 && offset <= count, "\(damage) in \(count) bytes")
    }

    private static func checkMessages(_ batch: MessageBatch) {
        for index in 0..<batch.count {
            let view = batch.message(index)
            demand(
                view.topicOffset >= 0 && view.payloadOffset + view.payloadLength <= batch.byteCount,
                "message \(index) reaches out of the batch: \(view)")
        }
    }

    private static func slices(_ batch: MessageBatch, _ view: MessageView) -> [[UInt8]] {
        let bytes = batch.bytes
        let end = view.payloadOffset + view.payloadLength
        return [
            Array(bytes[view.topicOffset..<view.payloadOffset]),
            Array(bytes[view.payloadOffset..<end]),
        ]
    }

    /// What verifies can be filled into a new batch, and that one verifies and says the same.
    private static func rebuild(_ batch: MessageBatch) {
        var copy = MessageBatch()
        copy.gatedCount = batch.gatedCount
        for index in 0..<batch.count {
            let view = batch.message(index)
            let parts = slices(batch, view)
            let (topic, payload) = (parts[0], parts[1])
            copy.append(
                topic: topic.span.bytes, payload: payload.span.bytes, flags: view.flags,
                arrival: view.arrival)
        }
        copy.seal()
        guard let again = try? MessageBatch(verifying: copy.bytes) else {
            return demand(false, "a batch that was just sealed does not verify")
        }
        demand(again.count == batch.count && again.gatedCount == batch.gatedCount, "other counts")
        for index in 0..<batch.count {
            let (old, new) = (batch.message(index), again.message(index))
            demand(old.flags == new.flags, "flags of message \(index)")
            demand(slices(batch, old) == slices(again, new), "bytes of message \(index)")
        }
    }

    /// Erasing a message keeps every check true, and everything else as it was.
    private static func blankEach(_ batch: MessageBatch) {
        var blanked = batch
        for index in 0..<batch.count {
            blanked.blank(index)
            let view = blanked.message(index)
            demand(view.flags.contains(.blanked), "message \(index) is not marked")
            demand(
                slices(blanked, view).joined().allSatisfy { $0 == 0 }, "something of it is left")
        }
        demand(
            (try? MessageBatch(verifying: blanked.bytes)) != nil, "a blanked batch has damage")
    }

    private static func trySalvage(_ bytes: [UInt8], isDamaged: Bool) {
        var lost: [Int] = []
        do throws(BatchDamage) {
            let batch = try MessageBatch(salvaging: bytes, lost: &lost)
            demand(lost.isEmpty != isDamaged, "lost \(lost), and damaged: \(isDamaged)")
            demand(lost == Set(lost).sorted(), "lost twice or out of order: \(lost)")
            demand((try? MessageBatch(verifying: batch.bytes)) != nil, "salvage is damaged")
            for index in lost {
                demand(index < batch.count, "lost message \(index) of \(batch.count)")
                demand(batch.message(index).flags.contains(.blanked), "\(index) is not blanked")
            }
            checkMessages(batch)
        } catch {
            demand(isDamaged, "a good batch could not be salvaged: \(error)")
            checkPlace(error, bytes.count)
        }
    }

    /// Gives the bytes a magic number and checks that are right, where there is a table.
    private static func withRightHeader(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        guard bytes.count >= 40 else { return bytes }
        bytes.replaceSubrange(0..<4, with: Array("TPB2".utf8))
        // The table's place in one byte, so that it is often within.
        let table = min(40 + Int(bytes[24]), bytes.count)
        store(UInt64(table), in: &bytes, at: 24)
        store(UInt64((bytes.count - table) / 4), in: &bytes, at: 4, count: 4)
        bytes.removeLast((bytes.count - table) % 4)
        let head = bytes.span.bytes.stableHash(from: 0, count: 32)
        let check = bytes.span.bytes.stableHash(
            from: table, count: bytes.count - table, seed: head)
        store(check, in: &bytes, at: 32)
        return bytes
    }

    private static func store(
        _ value: UInt64, in bytes: inout [UInt8], at offset: Int, count: Int = 8
    ) {
        for place in 0..<count {
            bytes[offset + place] = UInt8(truncatingIfNeeded: value >> UInt64(8 * place))
        }
    }

    /// Up to seven messages, then up to three damages; without one it must verify.
    private static func tryBuilt(_ input: inout InputBytes) {
        var batch = MessageBatch()
        let plan = input.byte()
        for _ in 0..<(plan & 7) {
            let topic = input.bytes(Int(input.byte()))
            let payload = input.bytes(Int(input.byte()))
            batch.append(
                topic: topic.span.bytes, payload: payload.span.bytes,
                flags: MessageFlags(rawValue: input.byte()),
                arrival: Timestamp(milliseconds: Int64(input.word32()) &* 1_000))
        }
        batch.gatedCount = UInt32(input.byte())
        batch.seal()
        var bytes = batch.bytes
        let damages = Int(plan >> 3 & 3)
        for _ in 0..<damages { bytes[Int(input.word16()) % bytes.count] ^= input.byte() }
        if plan >> 5 & 1 == 1 { bytes = withHeaderCheck(bytes) }
        if bytes == batch.bytes {
            demand((try? MessageBatch(verifying: bytes)) != nil, "a sealed batch has damage")
        }
        tryStored(bytes)
    }

    /// Makes the check of the header agree again, so that damage of header and table gets through.
    private static func withHeaderCheck(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let table = bytes.span.bytes.word64(at: 24)
        guard table <= UInt64(bytes.count) else { return bytes }
        let head = bytes.span.bytes.stableHash(from: 0, count: 32)
        let check = bytes.span.bytes.stableHash(
            from: Int(table), count: bytes.count - Int(table), seed: head)
        store(check, in: &bytes, at: 32)
        return bytes
    }
}
