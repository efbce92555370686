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
            let hash = entry.name.stableHash(seed: UInt64(entry.scope))
            var index = Int(truncatingIfNeeded: hash) & (size - 1)
            while slots[index].isUsed { index = (index + 1) & (size - 1) }
            slots[index] = Slot(
                hash: UInt32(truncatingIfNeeded: hash >> 32), scope: entry.scope,
                offset: UInt32(bytes.count), length: UInt16(entry.name.count), isUsed: true,
                value: entry.value)
            bytes.append(contentsOf: entry.name)
        }
        self.bytes = bytes
        self.slots = slots
        self.mask = size - 1
    }

    /// The number of the name that fills `count` bytes from `offset`, or ``missing``.
    func value(scope: UInt32, of text: RawSpan, from offset: Int, count: Int) -> Int32 {
        let hash = text.stableHash(from: offset, count: count, seed: UInt64(scope))
        var index = Int(truncatingIfNeeded: hash) & mask
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        while true {
            let slot = slots[index]
            if !slot.isUsed { return Self.missing }
            if slot.hash == tag, slot.scope == scope, Int(slot.length) == count,
                bytes.equals(from: Int(slot.offset), count: count, text, from: offset)
            {
                return slot.value
            }
            index = (index + 1) & mask
        }
    }
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
