import VehicleSignals

/// Names of vehicles to their keys, frozen: an open-addressing table that compares the bytes, so a
/// collision of hashes never mixes two vehicles.
///
/// A look-up is one walk from one place, for the source's own name and for the one that holds in
/// every source, and mostly touches one line of memory: names of up to 20 bytes, VINs among them,
/// lie in the table itself. Of a hundred thousand vehicles that speak in turn none is in the cache.
struct RegisteredNameTable: Sendable {
    /// 32 bytes; `.unknown` stands in empty ones.
    private struct Slot: BitwiseCopyable {
        var vehicle = VehicleKey.unknown
        var source: UInt16 = 0
        var length: UInt16 = 0
        /// The name, filled up with zeros. Of a longer one its hash and where it begins in `long`.
        var content = NameContent()
    }

    /// Longer than MQTT allows a name to be: such a name is never heard, so none is kept.
    private static let lengthMax = Int(UInt16.max)
    private static let anySource = UInt16.max

    private let slots: [Slot]
    private let long: [UInt8]
    private let mask: Int

    /// Of a name that stands twice in one source, the first holds.
    init(_ names: [RegisteredName]) {
        var capacity = 16
        while capacity < names.count * 2 { capacity *= 2 }
        mask = capacity - 1
        var slots = [Slot](repeating: Slot(), count: capacity)
        var long: [UInt8] = []
        for name in names where name.vehicle != .unknown {
            let bytes = name.externalID
            guard bytes.count <= Self.lengthMax else { continue }
            let (hash, content) = unsafe Self.content(
                of: bytes.span.bytes, from: 0, count: bytes.count, longAt: long.count)
            if bytes.count > NameContent.bytesMax { long.append(contentsOf: bytes) }
            var place = Int(truncatingIfNeeded: hash) & mask
            while slots[place].vehicle != .unknown { place = (place + 1) & mask }
            slots[place] = Slot(
                vehicle: name.vehicle, source: name.source?.number ?? Self.anySource,
                length: UInt16(bytes.count), content: content)
        }
        self.slots = slots
        self.long = long
    }

    /// The vehicle that `source` calls by the `count` bytes from `offset`; a name of the source
    /// itself goes before one that holds everywhere. `.unknown` if nobody has it.
    func vehicle(
        source: SourceID, _ bytes: RawSpan, from offset: Int, count: Int
    ) -> VehicleKey {
        guard count <= Self.lengthMax else { return .unknown }
        let (hash, content) = Self.content(of: bytes, from: offset, count: count, longAt: 0)
        var place = Int(truncatingIfNeeded: hash) & mask
        var everywhere = VehicleKey.unknown
        while true {
            let slot = slots[place]
            if slot.vehicle == .unknown { return everywhere }
            if Int(slot.length) == count, isSame(slot, content, bytes, offset) {
                if slot.source == source.number { return slot.vehicle }
                if slot.source == Self.anySource, everywhere == .unknown {
                    everywhere = slot.vehicle
                }
            }
            place = (place + 1) & mask
        }
    }

    /// The vehicle that these bytes name in every source; `.unknown` if nobody has them for a name.
    func vehicle(everywhere bytes: RawSpan, from offset: Int, count: Int) -> VehicleKey {
        vehicle(source: SourceID(Self.anySource), bytes, from: offset, count: count)
    }

    @inline(always)
    private func isSame(
        _ slot: Slot, _ content: NameContent, _ bytes: RawSpan, _ offset: Int
    ) -> Bool {
        guard slot.length > NameContent.bytesMax else { return slot.content == content }
        return slot.content.first == content.first
            && Self.isSame(
                long, from: Int(slot.content.second), count: Int(slot.length), bytes, offset)
    }

    private static func isSame(
        _ long: [UInt8], from start: Int, count: Int, _ bytes: RawSpan, _ offset: Int
    ) -> Bool {
        unsafe long.span.bytes.equals(from: start, count: count, bytes, from: offset)
    }

    @inline(always)
    private static func content(
        of bytes: RawSpan, from offset: Int, count: Int, longAt place: Int
    ) -> (hash: UInt64, content: NameContent) {
        guard count > NameContent.bytesMax else {
            let content = NameContent(bytes, from: offset, count: count)
            return (content.hash, content)
        }
        let hash = bytes.stableHash(from: offset, count: count)
        return (hash, NameContent(first: hash, second: UInt64(place), third: 0))
    }
}

/// Up to 20 bytes as three numbers.
private struct NameContent: BitwiseCopyable, Equatable {
    static let bytesMax = 20

    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt32 = 0

    init() {}

    init(first: UInt64, second: UInt64, third: UInt32) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// The `count` bytes from `offset`, at most 20 of them.
    @inline(always)
    init(_ bytes: RawSpan, from offset: Int, count: Int) {
        first = Self.word(bytes, from: offset, count: min(count, 8))
        if count > 8 { second = Self.word(bytes, from: offset + 8, count: min(count - 8, 8)) }
        if count > 16 {
            third = UInt32(
                truncatingIfNeeded: Self.word(bytes, from: offset + 16, count: count - 16))
        }
    }

    @inline(always)
    private static func word(_ bytes: RawSpan, from offset: Int, count: Int) -> UInt64 {
        if count == 8 { return bytes.word64(at: offset) }
        var word: UInt64 = 0
        for place in 0..<count {
            word |= UInt64(bytes.byte(at: offset + place)) << UInt64(8 * place)
        }
        return word
    }

    /// Spreads names that differ in their last digits over the whole table.
    var hash: UInt64 {
        let product = (first ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(
            by: second ^ UInt64(third) << 32 ^ UInt64(third) ^ 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
