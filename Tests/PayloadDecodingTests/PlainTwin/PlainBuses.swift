import PayloadDecoding

/// A control unit: the number of its bus and its own.
struct PlainUnit: Hashable, Comparable {
    var bus: Int
    var address: Int

    static func < (left: PlainUnit, right: PlainUnit) -> Bool {
        (left.bus, left.address) < (right.bus, right.address)
    }
}

/// A message of several frames of which some are there.
struct PlainTransfer {
    var isISOTP: Bool
    var bus: Int
    /// The id of the frames; in J1939 sender and receiver.
    var sender: UInt32
    var length: Int
    var bytes: [UInt8] = []
    var next: Int
    var perFrame: Int
    var group = 0
    var time: Int64?
}

/// What is left until one component's service.
struct PlainService: Equatable {
    var isDistance: Bool
    var unit: PlainUnit
    var component: UInt8
    var day: Int
    var value: Int
}

/// What is remembered of a topic's buses, said plainly: lists and dictionaries.
struct PlainBuses {
    enum Kind: Int, CaseIterable {
        case stored, pending, permanent, unified, unifiedConfirmed, monitor, active, emission, lamp
        case fine
    }

    /// Buses that are remembered, in the order in which they were named first.
    var names: [(name: [UInt8], number: Int)] = []
    /// In the order of their beginning.
    var transfers: [PlainTransfer] = []
    var facts: [Kind: [PlainUnit: Set<UInt32>]] = [:]
    var services: [PlainService] = []
    var dropped: UInt32 = 0
    var refused: UInt32 = 0
    /// What this payload's readings say already.
    var said: Set<String> = []

    // MARK: buses

    /// `nil`: the name is too long.
    mutating func number(of name: [UInt8]) -> Int? {
        guard name.count <= 64 else { return nil }
        if let known = names.first(where: { $0.name == name }) { return known.number }
        if names.count == 16 { forgetUnused() }
        if names.count == 16 {
            let gone = names.removeFirst().number
            dropped += UInt32(transfers.count { $0.bus == gone })
            transfers.removeAll { $0.bus == gone }
            services.removeAll { $0.unit.bus == gone }
            for kind in Kind.allCases {
                facts[kind] = (facts[kind] ?? [:]).filter { $0.key.bus != gone }
            }
        }
        let number = (0...16).first { free in !names.contains { $0.number == free } } ?? 0
        names.append((name, number))
        return number
    }

    mutating func forgetUnused() {
        var used = Set(transfers.map(\.bus)).union(services.map(\.unit.bus))
        for units in facts.values { used.formUnion(units.keys.map(\.bus)) }
        names.removeAll { !used.contains($0.number) }
    }

    // MARK: facts

    private func count(_ kind: Kind) -> Int {
        (facts[kind] ?? [:]).values.reduce(0) { $0 + $1.count }
    }

    private var count: Int { Kind.allCases.reduce(services.count) { $0 + count($1) } }

    /// Takes an answer in place of the unit's earlier one; whether it is another one.
    mutating func replace(_ kind: Kind, _ unit: PlainUnit, _ values: [UInt32]) -> Bool {
        let earlier = facts[kind]?[unit] ?? []
        let limit = [.monitor, .lamp, .fine].contains(kind) ? 64 : 512
        let room = min(512 - count, limit - count(kind)) + earlier.count
        var now: Set<UInt32> = []
        for value in values where !now.contains(value) {
            if now.count < room { now.insert(value) } else { refused += 1 }
        }
        facts[kind, default: [:]][unit] = now.isEmpty ? nil : now
        return now != earlier
    }

    /// All values of a kind, by unit, then by size.
    func values(_ kind: Kind) -> [UInt32] {
        (facts[kind] ?? [:]).sorted { $0.key < $1.key }.flatMap { $0.value.sorted() }
    }

    mutating func mustSay(_ summary: String, _ isChanged: Bool) -> Bool {
        said.insert(summary).inserted || isChanged
    }

    // MARK: distance and service

    private static func minute(_ time: Int64?) -> Int { Int(time ?? 0) / 60_000 }

    private func isFineKnown(_ unit: PlainUnit, _ time: Int64?, within minutes: Int) -> Bool {
        guard let last = facts[.fine]?[unit]?.first else { return false }
        return abs(Self.minute(time) - Int(last)) <= minutes
    }

    mutating func noteFine(_ unit: PlainUnit, _ time: Int64?) {
        if isFineKnown(unit, time, within: 5) { return }
        _ = replace(.fine, unit, [UInt32(Self.minute(time))])
    }

    func hasFine(_ unit: PlainUnit, _ time: Int64?) -> Bool {
        facts[.fine]?.keys.contains { $0.bus == unit.bus && isFineKnown($0, time, within: 60) }
            ?? false
    }

    /// The smallest of all components that were heard of lately.
    mutating func take(_ service: PlainService, _ time: Int64?) -> Int {
        if !services.contains(service) {
            services.removeAll { other in
                guard other.isDistance == service.isDistance else { return false }
                let age = (service.day - other.day + 256) % 256
                return other.unit == service.unit && other.component == service.component
                    || time != nil && age > 30 && age < 226
            }
            let alike = services.count { $0.isDistance == service.isDistance }
            if count < 512, alike < 32 { services.append(service) } else { refused += 1 }
        }
        return services.filter { $0.isDistance == service.isDistance }.map(\.value)
            .reduce(service.value, min)
    }
}

// Messages of several frames.
extension PlainBuses {
    private func find(_ isISOTP: Bool, _ bus: Int, _ sender: UInt32) -> Int? {
        transfers.firstIndex {
            $0.isISOTP == isISOTP && $0.bus == bus && $0.sender == sender
        }
    }

    private mutating func drop(_ index: Int?) {
        guard let index else { return }
        transfers.remove(at: index)
        dropped += 1
    }

    private mutating func begin(_ transfer: PlainTransfer) {
        drop(find(transfer.isISOTP, transfer.bus, transfer.sender))
        while transfers.count >= 32
            || transfers.reduce(transfer.length, { $0 + $1.length }) > 16_384
        { drop(0) }
        transfers.append(transfer)
    }

    /// A whole message, where the frame is one or completes one.
    mutating func isoTP(_ frame: PlainFrame, bus: Int, _ time: Int64?) -> [UInt8]? {
        let data = frame.data
        let sender = frame.id | (frame.isExtended ? 0x8000_0000 : 0)
        guard let first = data.first else { return nil }
        switch first / 16 {
        case 0:
            let isLong = first == 0 && data.count > 8
            let head = isLong ? 2 : 1
            let count = Int(isLong ? data[1] : first)
            guard count > 0, head + count <= data.count else {
                dropped += 1
                return nil
            }
            drop(find(true, bus, sender))
            return Array(data[head..<head + count])
        case 1:
            guard data.count >= 8, Int(first % 16) * 256 + Int(data[1]) > 7 else {
                dropped += 1
                return nil
            }
            let length = Int(first % 16) * 256 + Int(data[1])
            begin(
                PlainTransfer(
                    isISOTP: true, bus: bus, sender: sender, length: length, next: 1,
                    perFrame: data.count - 1))
            return add(transfers.count - 1, Array(data.dropFirst(2)), time)
        case 2: return consecutive(find(true, bus, sender), frame, Int(first % 16), 16, time)
        default: return nil
        }
    }

    /// Adds what is missing of these bytes; the message, where it is complete.
    private mutating func add(_ index: Int, _ bytes: [UInt8], _ time: Int64?) -> [UInt8]? {
        let rest = transfers[index].length - transfers[index].bytes.count
        transfers[index].bytes += bytes.prefix(rest)
        transfers[index].time = time
        guard transfers[index].bytes.count == transfers[index].length else { return nil }
        return transfers.remove(at: index).bytes
    }

    private mutating func consecutive(
        _ index: Int?, _ frame: PlainFrame, _ number: Int, _ circle: Int, _ time: Int64?
    ) -> [UInt8]? {
        guard let index else {
            if number == 1 { dropped += 1 }
            return nil
        }
        let transfer = transfers[index]
        let bytes = Array(frame.data.dropFirst())
        let wanted = min(transfer.perFrame, transfer.length - transfer.bytes.count)
        var isLate = false
        if let time, let last = transfer.time { isLate = abs(time - last) > 10_000 }
        if isLate || bytes.count < wanted {
            drop(index)
            return nil
        }
        if number == transfer.next {
            transfers[index].next = (number + 1) % circle
            return add(index, Array(bytes.prefix(transfer.perFrame)), time)
        }
        // The same frame once more does no harm.
        let last = Array(transfer.bytes.suffix(transfer.perFrame))
        let isTwice =
            number == (transfer.next + circle - 1) % circle && (circle == 16 || number > 0)
            && last.count == transfer.perFrame && Array(bytes.prefix(last.count)) == last
        if !isTwice { drop(index) }
        return nil
    }

    private static func pair(_ source: UInt32, _ destination: UInt32) -> UInt32 {
        source * 256 + destination
    }

    mutating func connection(_ frame: PlainFrame, bus: Int, _ time: Int64?) {
        let data = frame.data
        guard data.count >= 8 else { return }
        let (source, destination) = (frame.id & 0xFF, (frame.id >> 8) & 0xFF)
        if data[0] == 16 || data[0] == 32 {
            let length = Int(data[1]) + Int(data[2]) * 256
            guard length > 8, length <= 1785, Int(data[3]) == (length + 6) / 7 else {
                dropped += 1
                return
            }
            let group = Int(data[5]) + Int(data[6]) * 256 + Int(data[7]) * 65_536
            begin(
                PlainTransfer(
                    isISOTP: false, bus: bus, sender: Self.pair(source, destination),
                    length: length, next: 1, perFrame: 7, group: group & 0x3_FFFF, time: time))
        } else if data[0] == 255 {
            drop(find(false, bus, Self.pair(source, destination)))
            drop(find(false, bus, Self.pair(destination, source)))
        }
    }

    /// The group and its bytes, where the frame completes it.
    mutating func transportData(
        _ frame: PlainFrame, bus: Int, _ time: Int64?
    ) -> (group: Int, bytes: [UInt8])? {
        guard let number = frame.data.first else { return nil }
        let index = find(false, bus, Self.pair(frame.id & 0xFF, (frame.id >> 8) & 0xFF))
        let group = index.map { transfers[$0].group } ?? 0
        return consecutive(index, frame, Int(number), 256, time).map { (group, $0) }
    }
}
