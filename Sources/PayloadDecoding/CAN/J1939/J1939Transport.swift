import VehicleSignals

// The transport protocol of SAE J1939-21: announced to everybody (BAM) or agreed with one receiver
// (RTS, CTS), then carried in frames of seven bytes with a number in front.

/// Parameter groups of the transport itself.
enum J1939Transport {
    static let connection: UInt32 = 0xEC00
    static let data: UInt32 = 0xEB00
    /// 255 frames of seven bytes.
    static let messageBytesMax = 1785

    static func key(bus: UInt8, source: UInt8, destination: UInt8) -> UInt64 {
        FrameTransfers.key(bus: bus, UInt32(source) << 8 | UInt32(destination))
    }
}

extension FrameTransfers {
    /// Takes a frame that opens, steers or ends a transfer (TP.CM).
    mutating func takeJ1939Connection(
        _ id: CANID, bus: UInt8, _ data: RawSpan, start: Int, length: Int, time: Int64
    ) {
        guard length >= 8 else { return }
        let key = J1939Transport.key(
            bus: bus, source: id.sourceAddress, destination: id.destination)
        switch data.byte(at: start) {
        // RTS to one receiver, BAM to all.
        case 16, 32:
            let count = Int(data.word16(at: start + 1))
            let packets = Int(data.byte(at: start + 3))
            let group = data.word32(at: start + 4) >> 8
            guard count > 8, count <= J1939Transport.messageBytesMax, packets == (count + 6) / 7
            else {
                dropped += 1
                return
            }
            open(
                Transfer(
                    kind: .j1939, next: 1, length: UInt16(count), received: 0, perFrame: 7,
                    key: key, parameterGroup: group & 0x3_FFFF, offset: 0, time: time))
        // An abort by the sender or by the receiver. CTS (17) and the end (19) say nothing new.
        case 255:
            let own = find(.j1939, key)
            if own >= 0 { drop(own) }
            let other = find(
                .j1939,
                J1939Transport.key(bus: bus, source: id.destination, destination: id.sourceAddress))
            if other >= 0 { drop(other) }
        default: break
        }
    }

    /// Takes a frame of a transfer (TP.DT).
    mutating func takeJ1939Data(
        _ id: CANID, bus: UInt8, _ data: RawSpan, start: Int, length: Int, time: Int64
    ) -> TransferStep {
        guard length > 0 else { return .waiting }
        let key = J1939Transport.key(
            bus: bus, source: id.sourceAddress, destination: id.destination)
        let index = find(.j1939, key)
        let number = data.byte(at: start)
        guard index >= 0 else {
            if number == 1 { dropped += 1 }
            return .waiting
        }
        let transfer = transfers[index]
        let rest = Int(transfer.length) - Int(transfer.received)
        guard !isTooLate(index, at: time), length - 1 >= min(7, rest) else {
            drop(index)
            return .waiting
        }
        guard number == transfer.next else {
            let isRepeated =
                number == transfer.next &- 1 && number > 0 && length >= 8
                && repeats(index, data, from: start + 1, count: 7)
            if !isRepeated { drop(index) }
            return .waiting
        }
        add(index, data, from: start + 1, count: min(7, rest))
        transfers[index].next = number &+ 1
        transfers[index].time = time
        guard transfers[index].received == transfer.length else { return .waiting }
        return .complete(index)
    }
}
