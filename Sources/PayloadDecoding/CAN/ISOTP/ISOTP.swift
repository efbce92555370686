import VehicleSignals

extension FrameTransfers {
    /// Takes one frame of ISO-TP with normal addressing: the first byte says what it is.
    ///
    /// - Parameters:
    ///   - data: where the frame begins at `start` and has `length` bytes.
    ///   - key: the bus and the frame's id, which name its sender.
    mutating func takeISOTP(
        key: UInt64, _ data: RawSpan, start: Int, length: Int, time: Int64
    ) -> TransferStep {
        guard length > 0 else { return .waiting }
        let first = data.byte(at: start)
        switch first >> 4 {
        case 0:
            // A whole message; with CAN FD the length may stand in the second byte.
            var count = Int(first & 0x0F)
            var head = 1
            if count == 0, length > 8 {
                count = Int(data.byte(at: start + 1))
                head = 2
            }
            guard count > 0, head + count <= length else {
                dropped += 1
                return .waiting
            }
            let open = find(.isoTP, key)
            if open >= 0 { drop(open) }
            return .single(start: start + head, count: count)
        case 1:
            guard length >= 8 else {
                dropped += 1
                return .waiting
            }
            let count = Int(first & 0x0F) << 8 | Int(data.byte(at: start + 1))
            // 0 announces a length of 32 bits; seven bytes and less would fit one frame.
            guard count > 7 else {
                dropped += 1
                return .waiting
            }
            open(
                Transfer(
                    kind: .isoTP, next: 1, length: UInt16(count), received: 0,
                    perFrame: UInt8(length - 1), key: key, parameterGroup: 0, offset: 0, time: time)
            )
            add(transfers.count - 1, data, from: start + 2, count: length - 2)
            guard transfers[transfers.count - 1].received == UInt16(count) else { return .waiting }
            return .complete(transfers.count - 1)
        case 2: return takeConsecutive(key: key, data, start: start, length: length, time: time)
        // Flow control is the tester's business; the rest is reserved.
        default: return .waiting
        }
    }

    private mutating func takeConsecutive(
        key: UInt64, _ data: RawSpan, start: Int, length: Int, time: Int64
    ) -> TransferStep {
        let index = find(.isoTP, key)
        let number = data.byte(at: start) & 0x0F
        // Without its first frame nobody knows what it belongs to; counted once, not for each.
        guard index >= 0 else {
            if number == 1 { dropped += 1 }
            return .waiting
        }
        let transfer = transfers[index]
        let rest = Int(transfer.length) - Int(transfer.received)
        let count = min(rest, Int(transfer.perFrame))
        guard !isTooLate(index, at: time), count <= length - 1 else {
            drop(index)
            return .waiting
        }
        guard number == transfer.next else {
            // The same frame again, by a message that was delivered twice, does no harm: a frame
            // that is missing instead would leave the message short for ever.
            let isRepeated =
                number == (transfer.next &- 1) & 0x0F && length > Int(transfer.perFrame)
                && repeats(index, data, from: start + 1, count: Int(transfer.perFrame))
            if !isRepeated { drop(index) }
            return .waiting
        }
        add(index, data, from: start + 1, count: count)
        transfers[index].next = (number + 1) & 0x0F
        transfers[index].time = time
        guard transfers[index].received == transfer.length else { return .waiting }
        return .complete(index)
    }
}
