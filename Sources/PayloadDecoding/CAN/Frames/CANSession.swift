/// What is remembered of one topic's buses from message to message: transfers that are not
/// complete, and what each control unit said last about faults, so that the vehicle's list is that
/// of all of them.
struct CANSession: Sendable, Equatable {
    var buses = BusNames()
    var transfers = FrameTransfers()
    var facts = ControlUnitFacts()

    /// Whether there is anything to remember.
    var isEmpty: Bool { transfers.transfers.isEmpty && facts.entries.isEmpty }

    /// Whether something else is to be remembered than was read.
    var isChanged: Bool { transfers.isChanged || facts.isChanged }

    mutating func removeAll() {
        buses.removeAll()
        transfers.removeAll()
        facts.removeAll()
    }

    // Little-endian: number of buses, transfers and facts (16 bits each); the buses (number, length
    // of the name, name), the transfers, the facts, then the transfers' bytes.
    private static let headBytes = 6
    private static let transferBytes = 27
    private static let factBytes = 8

    /// Replaces `stored` by what is remembered here; empty where there is nothing to remember.
    mutating func write(to stored: inout [UInt8]) {
        stored.removeAll(keepingCapacity: true)
        guard !isEmpty else { return }
        forgetUnusedBuses()
        stored.append(word: UInt16(buses.buses.count))
        stored.append(word: UInt16(transfers.transfers.count))
        stored.append(word: UInt16(facts.entries.count))
        for index in 0..<buses.buses.count {
            let bus = buses.buses[index]
            stored.append(bus.number)
            stored.append(bus.count)
            for place in 0..<Int(bus.count) { stored.append(buses.bytes[Int(bus.start) + place]) }
        }
        for index in 0..<transfers.transfers.count {
            let transfer = transfers.transfers[index]
            stored.append(transfer.kind.rawValue)
            stored.append(transfer.next)
            stored.append(transfer.perFrame)
            stored.append(word: transfer.length)
            stored.append(word: transfer.received)
            stored.append(word: transfer.key)
            stored.append(word: transfer.parameterGroup)
            stored.append(word: UInt64(bitPattern: transfer.time))
        }
        for index in 0..<facts.entries.count { stored.append(word: facts.entries[index]) }
        stored.append(contentsOf: transfers.bytes)
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
        let count = Int(stored.word16(at: 2))
        let factCount = Int(stored.word16(at: 4))
        var at = Self.headBytes
        guard takeOverBuses(Int(stored.word16(at: 0)), stored, &at) else { return false }
        let bytesStart = at + count * Self.transferBytes + factCount * Self.factBytes
        guard count <= FrameTransfers.transfersMax, factCount <= ControlUnitFacts.entriesMax,
            bytesStart <= stored.count
        else { return false }
        var offset = 0
        for _ in 0..<count {
            guard let transfer = Self.transfer(stored, at, offset: offset),
                isKnown(bus: transfer.bus), transfers.find(transfer.kind, transfer.key) < 0
            else { return false }
            transfers.transfers.append(transfer)
            offset += Int(transfer.length)
            at += Self.transferBytes
        }
        for index in 0..<factCount {
            let fact = stored.word64(at: at)
            guard index == 0 || facts.entries[index - 1] < fact else { return false }
            facts.entries.append(fact)
            guard isKnown(bus: facts.bus(at: index)) else { return false }
            at += Self.factBytes
        }
        guard offset <= FrameTransfers.bytesMax, stored.count == bytesStart + offset else {
            return false
        }
        transfers.bytes.append(contentsOf: stored[bytesStart...])
        return true
    }

    private mutating func takeOverBuses(_ count: Int, _ stored: [UInt8], _ at: inout Int) -> Bool {
        guard count <= BusNames.busesMax else { return false }
        for _ in 0..<count {
            guard at + 2 <= stored.count else { return false }
            let (number, length) = (stored[at], stored[at + 1])
            at += 2
            guard number < BusNames.busesMax, Int(length) <= BusNames.nameBytesMax,
                at + Int(length) <= stored.count, !isKnown(bus: number)
            else { return false }
            buses.buses.append(
                BusNames.Bus(number: number, count: length, start: UInt16(buses.bytes.count)))
            for place in at..<(at + Int(length)) { buses.bytes.append(stored[place]) }
            at += Int(length)
        }
        return true
    }

    private func isKnown(bus number: UInt8) -> Bool {
        buses.buses.contains { $0.number == number }
    }

    private static func transfer(
        _ stored: [UInt8], _ at: Int, offset: Int
    ) -> FrameTransfers.Transfer? {
        guard let kind = FrameTransfers.Transfer.Kind(rawValue: stored[at]) else { return nil }
        let transfer = FrameTransfers.Transfer(
            kind: kind, next: stored[at + 1], length: stored.word16(at: at + 3),
            received: stored.word16(at: at + 5), perFrame: stored[at + 2],
            key: stored.word64(at: at + 7), parameterGroup: stored.word32(at: at + 15),
            offset: UInt32(offset), time: Int64(bitPattern: stored.word64(at: at + 19)))
        guard transfer.received < transfer.length,
            Int(transfer.length) <= FrameTransfers.messageBytesMax,
            transfer.perFrame >= 7, transfer.perFrame <= 63
        else { return nil }
        return transfer
    }
}
