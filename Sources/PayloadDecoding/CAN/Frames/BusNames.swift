import VehicleSignals

/// The buses of which something is remembered, by their names: payloads of one topic may bring
/// frames of several, and a unit's answer is never put together out of two of them.
///
/// Two arrays that keep their room. A frame without a name is on the bus of the empty name.
struct BusNames: Sendable, Equatable {
    struct Bus: Sendable, BitwiseCopyable, Equatable {
        /// Below ``BusNames/busesMax``; stands in transfers and facts.
        var number: UInt8
        var count: UInt8
        /// Place of the name in ``BusNames/bytes``.
        var start: UInt16
    }

    static let busesMax = 16
    /// Linux gives interfaces names of up to 15 bytes.
    static let nameBytesMax = 64

    var buses: [Bus] = []
    var bytes: [UInt8] = []

    init() {}

    mutating func removeAll() {
        buses.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// The place of the bus with this name; -1: none.
    func find(_ text: RawSpan, from start: Int, count: Int) -> Int {
        for index in 0..<buses.count
        where Int(buses[index].count) == count
            && bytes.equals(from: Int(buses[index].start), count: count, text, from: start)
        {
            return index
        }
        return -1
    }

    /// Adds a bus with the first free number, which it returns.
    mutating func add(_ text: RawSpan, from start: Int, count: Int) -> UInt8 {
        var number: UInt8 = 0
        while buses.contains(where: { $0.number == number }) { number += 1 }
        buses.append(Bus(number: number, count: UInt8(count), start: UInt16(bytes.count)))
        bytes.append(text, from: start, count: count)
        return number
    }

    mutating func remove(at index: Int) {
        let gone = buses.remove(at: index)
        let start = Int(gone.start)
        bytes.removeSubrange(start..<(start + Int(gone.count)))
        for place in 0..<buses.count where buses[place].start > gone.start {
            buses[place].start -= UInt16(gone.count)
        }
    }
}

extension CANSession {
    /// The number of the bus whose name lies in the payload; `nil` where the name is too long to
    /// tell it from others.
    ///
    /// A bus of which nothing is remembered makes room for another; where that is not enough, the
    /// bus that was named first is forgotten with all that belongs to it.
    mutating func number(ofBus payload: RawSpan, from start: Int, count: Int) -> UInt8? {
        guard count <= BusNames.nameBytesMax else { return nil }
        let known = buses.find(payload, from: start, count: count)
        if known >= 0 { return buses.buses[known].number }
        if buses.buses.count == BusNames.busesMax { forgetUnusedBuses() }
        if buses.buses.count == BusNames.busesMax { forgetBus(at: 0) }
        return buses.add(payload, from: start, count: count)
    }

    mutating func forgetUnusedBuses() {
        var used: UInt16 = 0
        for index in 0..<transfers.transfers.count {
            used |= 1 << UInt16(transfers.transfers[index].bus)
        }
        for index in 0..<facts.entries.count { used |= 1 << UInt16(facts.bus(at: index)) }
        for index in (0..<buses.buses.count).reversed()
        where used & (1 << UInt16(buses.buses[index].number)) == 0 {
            buses.remove(at: index)
        }
    }

    private mutating func forgetBus(at index: Int) {
        let number = buses.buses[index].number
        for place in (0..<transfers.transfers.count).reversed()
        where transfers.transfers[place].bus == number {
            transfers.drop(place)
        }
        facts.forget(bus: number)
        buses.remove(at: index)
    }
}
