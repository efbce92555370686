import VehicleSignals

/// Names to numbers, frozen at start: one hash and one comparison of bytes a look-up, no text.
///
/// Names live in *scopes*: the same bytes mean different things among the signals of VSS 5, among
/// the keys of one object of a document, and among the words of one field. A hash is never
/// trusted: the bytes are compared.
struct NameTable: Sendable {
    struct Slot: Sendable, BitwiseCopyable {
        var hash: UInt32 = 0
        var scope: UInt32 = 0
        var offset: UInt32 = 0
        var length: UInt16 = 0
        var isUsed = false
        var value: Int32 = -1
    }

    /// Result of a look-up that found nothing.
    static let missing: Int32 = .min

    private let bytes: [UInt8]
    private let slots: [Slot]
    private let mask: Int

    /// - Precondition: no name twice in one scope; the builder checks it.
    init(_ entries: [NameTableBuilder.Entry]) {
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        var slots = [Slot](repeating: Slot(), count: size)
        var bytes: [UInt8] = []
        for entry in entries {
            let hash = entry.name.nameHash(scope: entry.scope)
            var index = Int(truncatingIfNeeded: hash) & (size - 1)
            while slots[index].isUsed { index = (index + 1) & (size - 1) }
            slots[index] = Slot(
                hash: UInt32(truncatingIfNeeded: hash >> 32), scope: entry.scope,
                offset: UInt32(bytes.count), length: UInt16(entry.name.count), isUsed: true,
                value: entry.value)
            bytes.append(contentsOf: entry.name)
        }
        // Room for eight bytes that are loaded at the end of the last name.
        self.bytes = bytes + [UInt8](repeating: 0, count: 8)
        self.slots = slots
        self.mask = size - 1
    }

    /// The number of the name that fills `count` bytes from `offset`, or ``missing``.
    func value(scope: UInt32, of text: RawSpan, from offset: Int, count: Int) -> Int32 {
        let place = Place(truncatingIfNeeded: offset)
        let length = Place(truncatingIfNeeded: count)
        let hash = text.nameHash(from: place, count: length, scope: scope)
        var index = Int(truncatingIfNeeded: hash) & mask
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        while true {
            let slot = slots[index]
            if !slot.isUsed { return Self.missing }
            if slot.hash == tag, slot.scope == scope, Int(slot.length) == count,
                bytes.isHeld(by: text, at: place, from: slot.offset, count: length)
            {
                return slot.value
            }
            index = (index + 1) & mask
        }
    }
}

extension RawSpan {
    /// Spreads names over the table: made of the length and of up to 32 bytes, the last ones of a
    /// longer name, since it is there that names differ.
    @inline(always)
    func nameHash(from place: Place, count: Place, scope: UInt32) -> UInt64 {
        let end = place &+ count
        let seed = UInt64(scope) &<< 32 | UInt64(count)
        guard count >= 16 else {
            var first = word(from: place)
            let last = count >= 8 ? word(from: end &- 8) : 0
            if count < 8 { first &= (1 &<< UInt64(count &* 8)) &- 1 }
            return foldedProduct(
                first ^ seed ^ 0xA076_1D64_78BD_642F, last ^ 0xE703_7ED1_A0B4_28DB)
        }
        let isLong = count >= 32
        let one = word(from: end &- 8) ^ 0xA076_1D64_78BD_642F
        let two = word(from: end &- 16) ^ 0xE703_7ED1_A0B4_28DB
        let three = word(from: isLong ? end &- 24 : place) ^ 0x8EBC_6AF0_9C88_C6E3
        let four = word(from: isLong ? end &- 32 : place &+ 8) ^ 0x5899_65CC_7537_4CC3
        return foldedProduct(one ^ seed, two) ^ foldedProduct(three, four)
    }
}

@inline(always)
private func foldedProduct(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}

/// Collects names at start.
struct NameTableBuilder {
    struct Entry {
        var scope: UInt32
        var name: [UInt8]
        var value: Int32
    }

    private struct Key: Hashable {
        var scope: UInt32
        var name: [UInt8]
    }

    private(set) var entries: [Entry] = []
    private var places: [Key: Int] = [:]
    /// 0 stands for "no names here".
    private var scopesUsed: UInt32 = 0

    mutating func newScope() -> UInt32 {
        scopesUsed += 1
        return scopesUsed
    }

    func value(scope: UInt32, name: String) -> Int32? {
        places[Key(scope: scope, name: Array(name.utf8))].map { entries[$0].value }
    }

    /// `false` if the name stands in the scope already.
    mutating func add(scope: UInt32, name: String, value: Int32) -> Bool {
        let key = Key(scope: scope, name: Array(name.utf8))
        guard places[key] == nil else { return false }
        places[key] = entries.count
        entries.append(Entry(scope: scope, name: key.name, value: value))
        return true
    }
}
