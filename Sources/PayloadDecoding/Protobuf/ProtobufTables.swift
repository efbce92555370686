/// Everything that the decoding of Protocol Buffers looks up by number.
struct ProtobufTables: Sendable {
    var layouts: [ProtobufLayout] = []
    var teslaFields: [TeslaField] = []
    var teslaObjects: [RuleRun] = []
    var teslaNames = TeslaNameTable()
    var manifests: [ManifestTable] = []
    /// Signals of all manifests, by number.
    var signals: [ManifestSlot] = []
}

/// One decoder manifest or state template: an open table of its signals' numbers in
/// ``ProtobufTables/signals``.
struct ManifestTable: Sendable, BitwiseCopyable {
    var first: Int32
    /// Size of the table, a power of two, less one.
    var mask: Int32
    /// Rule of the active trouble codes; -1: none.
    var troubleCodes: Int32 = -1
}

struct ManifestSlot: Sendable, BitwiseCopyable {
    var number: UInt32 = 0
    /// In ``CompiledSources/documentRules``; -1: free.
    var rule: Int32 = -1
}

extension ProtobufTables {
    /// The rule of a signal's number; -1 if the manifest does not have it. Tables are at most half
    /// full, so a free slot ends every search.
    func rule(ofSignal number: UInt32, in table: ManifestTable) -> Int {
        var place = Int(truncatingIfNeeded: number &* 0x9E37_79B1) & Int(table.mask)
        while true {
            let slot = signals[Int(table.first) + place]
            if slot.rule < 0 || slot.number == number { return Int(slot.rule) }
            place = (place + 1) & Int(table.mask)
        }
    }

    mutating func addManifest(_ rules: [UInt32: Int32], troubleCodes: Int32) {
        var size = 4
        while size < rules.count * 2 { size *= 2 }
        let table = ManifestTable(
            first: Int32(signals.count), mask: Int32(size - 1), troubleCodes: troubleCodes)
        signals.append(contentsOf: repeatElement(ManifestSlot(), count: size))
        for (number, rule) in rules.sorted(by: { $0.key < $1.key }) {
            var place = Int(truncatingIfNeeded: number &* 0x9E37_79B1) & (size - 1)
            while signals[Int(table.first) + place].rule >= 0 { place = (place + 1) & (size - 1) }
            signals[Int(table.first) + place] = ManifestSlot(number: number, rule: rule)
        }
        manifests.append(table)
    }
}

/// Rules that lie side by side in ``CompiledSources/documentRules``.
struct RuleRun: Sendable, BitwiseCopyable {
    var start: Int32 = 0
    var count: Int32 = 0
}

/// One message type of one source.
struct ProtobufLayout: Sendable, BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case teslaPayload, vehicleData, lastKnownStateData, lastKnownState, sparkplug
    }
    enum Compression: UInt8, BitwiseCopyable { case auto, on, off }
    var kind: Kind
    /// First of the tables that belong to it.
    var first: Int32 = 0
    /// Scope of manifests, or of the names of metrics and signals.
    var scope: UInt32 = 0
    var compression = Compression.off
    var keepsAliasesAfterGap = false
    var allowsRebirthRequests = false
}

/// What becomes of one number of Tesla's `Field`.
struct TeslaField: Sendable, BitwiseCopyable {
    /// More than the numbers in use; what lies beyond is unknown.
    static let countMax = 512

    var rules = RuleRun()
    /// First of the runs of its parts in ``ProtobufTables/teslaObjects``; -1: it has none.
    var object: Int32 = -1
}

/// Parts of Tesla's values that are messages: a block for each kind of message.
enum TeslaObject {
    static let kinds = 4
    /// Parts are numbered from 1.
    static let partsMax = 11
    static let blockCount = kinds * partsMax

    /// Locations have two parts.
    @inline(always)
    static func partCount(isLocation: Bool) -> Int { isLocation ? 2 : partsMax - 1 }

    /// Which block, by the member of `Value`; -1: no message.
    @inline(always)
    static func kind(ofMember member: UInt32) -> Int {
        switch member {
        case 7: 0
        case 21: 1
        case 31: 2
        case 39: 3
        default: -1
        }
    }
}

/// The enumerations' names as bytes, by member of `Value` and number. Empty unless a source needs
/// them.
struct TeslaNameTable: Sendable {
    static let membersMax = 64
    var bytes: [UInt8] = []
    /// By member: index of its first name in `starts`, and how many there are.
    var first = [Int32](repeating: 0, count: membersMax)
    var counts = [Int32](repeating: 0, count: membersMax)
    /// Where each name begins; it ends where the next begins.
    var starts: [UInt32] = [0]

    /// Where the name lies in `bytes`; `nil` for a number that the schema does not have.
    func range(member: Int, value: Int64) -> Range<Int>? {
        guard value >= 0, value < Int64(counts[member]) else { return nil }
        let place = Int(first[member]) + Int(value)
        return Int(starts[place])..<Int(starts[place + 1])
    }

    mutating func fill() {
        guard bytes.isEmpty else { return }
        for line in TeslaNames.enumerations.split(separator: "\n") {
            let words = TeslaNames.words(String(line))
            guard words.count > 2, let member = Int(words[0]) else { continue }
            first[member] = Int32(starts.count - 1)
            counts[member] = Int32(words.count - 2)
            for end in words[2...] {
                bytes.append(contentsOf: words[1].utf8)
                bytes.append(contentsOf: end.utf8)
                starts.append(UInt32(bytes.count))
            }
        }
    }
}
