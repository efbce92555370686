/// What is remembered of one bus of one vehicle from message to message: transfers that are not
/// complete, and what each control unit said last about faults, so that the vehicle's list is that
/// of all of them.
struct CANSession: Sendable, Equatable {
    var transfers = FrameTransfers()
    var facts = ControlUnitFacts()

    /// Whether there is anything to remember.
    var isEmpty: Bool { transfers.transfers.isEmpty && facts.entries.isEmpty }

    mutating func removeAll() {
        transfers.removeAll()
        facts.removeAll()
    }

    // Little-endian: number of transfers and of facts (16 bits each), the transfers, the facts,
    // then the transfers' bytes.
    private static let headBytes = 4
    private static let transferBytes = 25
    private static let factBytes = 8

    /// Replaces `stored` by what is remembered here; empty where there is nothing to remember.
    func write(to stored: inout [UInt8]) {
        stored.removeAll(keepingCapacity: true)
        guard !isEmpty else { return }
        Self.put(UInt64(transfers.transfers.count), 2, &stored)
        Self.put(UInt64(facts.entries.count), 2, &stored)
        for index in 0..<transfers.transfers.count {
            let transfer = transfers.transfers[index]
            Self.put(UInt64(transfer.kind.rawValue), 1, &stored)
            Self.put(UInt64(transfer.next), 1, &stored)
            Self.put(UInt64(transfer.length), 2, &stored)
            Self.put(UInt64(transfer.received), 2, &stored)
            Self.put(UInt64(transfer.perFrame), 1, &stored)
            Self.put(UInt64(transfer.key), 4, &stored)
            Self.put(UInt64(transfer.parameterGroup), 4, &stored)
            Self.put(UInt64(bitPattern: transfer.time), 8, &stored)
            Self.put(0, 2, &stored)
        }
        for index in 0..<facts.entries.count { Self.put(facts.entries[index], 8, &stored) }
        for index in 0..<transfers.bytes.count { stored.append(transfers.bytes[index]) }
    }

    /// Takes over what ``write(to:)`` wrote. `false`, and an empty session, for bytes that it never
    /// writes.
    mutating func read(_ stored: [UInt8]) -> Bool {
        removeAll()
        guard !stored.isEmpty else { return true }
        guard takeOver(stored) else {
            removeAll()
            return false
        }
        return true
    }

    private mutating func takeOver(_ stored: [UInt8]) -> Bool {
        guard stored.count >= Self.headBytes else { return false }
        let count = Int(Self.get(stored, 0, 2))
        let factCount = Int(Self.get(stored, 2, 2))
        var at = Self.headBytes
        let bytesStart = at + count * Self.transferBytes + factCount * Self.factBytes
        guard count <= FrameTransfers.transfersMax, factCount <= ControlUnitFacts.entriesMax,
            bytesStart <= stored.count
        else { return false }
        var offset = 0
        for _ in 0..<count {
            guard let kind = FrameTransfers.Transfer.Kind(rawValue: stored[at]) else {
                return false
            }
            let transfer = FrameTransfers.Transfer(
                kind: kind, next: stored[at + 1], length: UInt16(Self.get(stored, at + 2, 2)),
                received: UInt16(Self.get(stored, at + 4, 2)), perFrame: stored[at + 6],
                key: UInt32(Self.get(stored, at + 7, 4)),
                parameterGroup: UInt32(Self.get(stored, at + 11, 4)), offset: UInt32(offset),
                time: Int64(bitPattern: Self.get(stored, at + 15, 8)))
            guard transfer.received < transfer.length,
                Int(transfer.length) <= FrameTransfers.messageBytesMax,
                transfer.perFrame >= 7, transfer.perFrame <= 63,
                transfers.find(transfer.kind, transfer.key) < 0
            else { return false }
            transfers.transfers.append(transfer)
            offset += Int(transfer.length)
            at += Self.transferBytes
        }
        for _ in 0..<factCount {
            let fact = Self.get(stored, at, 8)
            guard facts.entries.last.map({ $0 < fact }) ?? true else { return false }
            facts.entries.append(fact)
            at += Self.factBytes
        }
        guard offset <= FrameTransfers.bytesMax, stored.count == bytesStart + offset else {
            return false
        }
        for index in bytesStart..<stored.count { transfers.bytes.append(stored[index]) }
        return true
    }

    private static func put(_ value: UInt64, _ count: Int, _ stored: inout [UInt8]) {
        for place in 0..<count {
            stored.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place)))
        }
    }

    private static func get(_ stored: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<count { value |= UInt64(stored[at + place]) << UInt64(8 * place) }
        return value
    }
}
