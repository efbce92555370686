/// Stored releases that this version cannot read.
public struct UnreadableReleases: Error, Sendable, Equatable, CustomStringConvertible {
    public var month: UsageMonth
    /// Where in the bytes reading ended.
    public var offset: Int

    public var description: String {
        "what was released of \(month.text) cannot be read (byte \(offset)); without it an answer "
            + "could be subtracted from an earlier one, so none is given. Start the version that "
            + "wrote it, or restore customers.db from a backup"
    }
}

// Releases as bytes, so that they outlive the process: what was answered before a restart must go
// on to bound what is answered after it.
//
//     version u8 · cells u32 · for each cell: model, powertrain (u32 length and UTF-8)
//         · vehicles, kilometres, days (i64, the latter two with a flag u8 before them)
//         · members u32 · for each member: vehicle u32 · metres i64 · days i64
//
// All little-endian, cells and members sorted, so that the same releases are the same bytes.
extension UsageReleases {
    private static let version: UInt8 = 1

    /// The releases of one month.
    public func encoded(_ month: UsageMonth) -> [UInt8] {
        let cells = months[month] ?? [:]
        var bytes: [UInt8] = [Self.version]
        bytes.append(UInt32(cells.count))
        for name in cells.keys.sorted() {
            guard let release = cells[name] else { continue }
            bytes.append(text: name.model)
            bytes.append(text: name.powertrain)
            bytes.append(UInt64(bitPattern: release.values.vehicles))
            bytes.append(optional: release.values.kilometres)
            bytes.append(optional: release.values.days)
            let shares = release.members.shares
            bytes.append(UInt32(shares.count))
            for vehicle in shares.keys.sorted() {
                bytes.append(vehicle)
                bytes.append(UInt64(bitPattern: shares[vehicle]?.metres ?? 0))
                bytes.append(UInt64(bitPattern: shares[vehicle]?.days ?? 0))
            }
        }
        return bytes
    }

    /// Takes back what ``encoded(_:)`` gave before a restart.
    public mutating func restore(
        _ month: UsageMonth, from bytes: [UInt8]
    ) throws(UnreadableReleases) {
        var reader = ByteReader(bytes: bytes)
        guard let cells = Self.cells(&reader), reader.isAtEnd else {
            throw UnreadableReleases(month: month, offset: reader.offset)
        }
        months[month] = cells
    }

    private static func cells(_ reader: inout ByteReader) -> [UsageCellName: Release]? {
        guard reader.byte() == version, let count = reader.word32() else { return nil }
        var cells: [UsageCellName: Release] = [:]
        for _ in 0..<count {
            guard let model = reader.text(), let powertrain = reader.text(),
                let vehicles = reader.integer(), let kilometres = reader.optional(),
                let days = reader.optional(), let members = reader.word32()
            else { return nil }
            var shares: [UInt32: CellMembers.Share] = [:]
            for _ in 0..<members {
                guard let vehicle = reader.word32(), let metres = reader.integer(),
                    let driven = reader.integer()
                else { return nil }
                shares[vehicle] = CellMembers.Share(metres: metres, days: driven)
            }
            cells[UsageCellName(model: model, powertrain: powertrain)] = Release(
                members: CellMembers(released: shares),
                values: CellValues(
                    vehicles: vehicles, kilometres: kilometres.value, days: days.value))
        }
        return cells
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ word: some FixedWidthInteger & UnsignedInteger) {
        for place in 0..<(word.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: word >> (8 * place)))
        }
    }

    fileprivate mutating func append(text: String) {
        append(UInt32(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(optional value: Int64?) {
        append(UInt8(value == nil ? 0 : 1))
        append(UInt64(bitPattern: value ?? 0))
    }
}

/// Reads what was written above; `nil` where the bytes end early.
private struct ByteReader {
    /// A value that may be absent, as it was read.
    struct Optional { var value: Int64? }

    let bytes: [UInt8]
    private(set) var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() -> UInt8? {
        guard offset < bytes.count else { return nil }
        offset += 1
        return bytes[offset - 1]
    }

    private mutating func word(_ count: Int) -> UInt64? {
        guard bytes.count - offset >= count else { return nil }
        var word: UInt64 = 0
        for place in 0..<count { word |= UInt64(bytes[offset + place]) << (8 * UInt64(place)) }
        offset += count
        return word
    }

    mutating func word32() -> UInt32? { word(4).map { UInt32(truncatingIfNeeded: $0) } }
    mutating func integer() -> Int64? { word(8).map { Int64(bitPattern: $0) } }

    mutating func optional() -> Optional? {
        guard let flag = byte(), flag <= 1, let value = integer() else { return nil }
        return Optional(value: flag == 1 ? value : nil)
    }

    mutating func text() -> String? {
        guard let count = word32().map({ Int($0) }), bytes.count - offset >= count else {
            return nil
        }
        defer { offset += count }
        return String(validating: bytes[offset..<(offset + count)], as: UTF8.self)
    }
}
