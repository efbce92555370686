public import VehicleSignals

/// Old number → new number of signals, sources and origins, where a snapshot was written by a
/// process with other lists than this one.
public struct NumberChange: Sendable {
    /// Place n holds what the signal with the old number n is called now; `.unknown`: gone.
    public var signals: [SignalID]
    /// The same for sources; places beyond the end keep their number.
    public var sources: [SourceID]
    /// Place n holds what the origin with the old number n + 1 is called now; those beyond the end
    /// are not known any more.
    public var origins: [OriginID]

    public init(signals: [SignalID], sources: [SourceID] = [], origins: [OriginID] = []) {
        self.signals = signals
        self.sources = sources
        self.origins = origins
    }

    /// From the signal paths that were stored beside the snapshots.
    public init(
        oldPaths: [String], catalogue: SignalCatalogue, sources: [SourceID] = [],
        origins: [OriginID] = []
    ) {
        self.init(
            signals: oldPaths.map { catalogue.id(of: $0) ?? .unknown }, sources: sources,
            origins: origins)
    }

    /// What the source of an odometer reading is called now.
    func source(_ old: UInt8) -> UInt8 {
        guard old != OdometerPoint.workshop, Int(old) < sources.count else { return old }
        return UInt8(min(sources[Int(old)].number, UInt16(OdometerPoint.workshop) - 1))
    }

    fileprivate func origin(_ old: OriginID) -> OriginID {
        let place = Int(old.number) - 1
        return origins.indices.contains(place) ? origins[place] : .unknown
    }
}

extension ByteWriter {
    public mutating func append(_ origin: OriginID) { append(origin.number) }
}

extension ByteReader {
    /// An origin as it is called now.
    public mutating func origin(_ change: NumberChange?) throws(SnapshotFlaw) -> OriginID {
        let stored = OriginID(try word16())
        return change?.origin(stored) ?? stored
    }
}

extension VehicleRecord {
    /// First byte of a snapshot.
    static let snapshotVersion: UInt8 = 3
    /// The form before it is read too. It tells no origins.
    static let snapshotVersionWithoutOrigins: UInt8 = 2

    public func encode(into writer: inout ByteWriter) {
        writer.append(Self.snapshotVersion)
        writer.append(lastHeard.milliseconds)
        writer.append(newestEventTime.milliseconds)
        values.encode(into: &writer)
        base.encode(into: &writer)
        writer.append(UInt16(evidence.points.count))
        for point in evidence.points {
            writer.append(point.seconds)
            writer.append(point.metres)
            writer.append(point.origin)
            writer.append(point.source)
            writer.append(point.packed)
        }
        let finished = past.finishedDays
        writer.append(UInt16(clamping: finished.count))
        for day in finished.prefix(Int(UInt16.max)) {
            writer.append(day.day.daysSinceEpoch)
            writer.append(day.metres)
            writer.append(day.firstOdometerMetres)
            writer.append(day.lastOdometerMetres)
        }
        writer.append(firstOpenDay)
        writer.append(firstChangedDay)
    }

    /// Reads what ``encode(into:)`` wrote; `change` is `nil` where the lists are the same.
    public init(from reader: inout ByteReader, change: NumberChange?) throws(SnapshotFlaw) {
        self.init()
        let version = try reader.byte()
        let hasOrigins = version == Self.snapshotVersion
        guard hasOrigins || version == Self.snapshotVersionWithoutOrigins else {
            throw .unknownVersion(version)
        }
        let heard = Timestamp(milliseconds: try reader.integer64())
        let newest = Timestamp(milliseconds: try reader.integer64())
        join(lastHeard: heard, newestEventTime: newest)
        values = try NewestValues(from: &reader, change: change, hasOrigins: hasOrigins)
        var past = FoldedPast()
        past.odometer = try OdometerMachine(from: &reader, change: change, hasOrigins: hasOrigins)
        var points: [OdometerPoint] = []
        let count = try reader.count(elementBytes: 12)
        points.reserveCapacity(count)
        for _ in 0..<count {
            var point = try OdometerPoint(from: &reader, change: change, hasOrigins: hasOrigins)
            if let change { point.source = change.source(point.source) }
            points.append(point)
        }
        points.sort { $0.isBefore($1) }
        evidence = OdometerEvidence(points: points)
        for _ in 0..<(try reader.count(elementBytes: 28)) {
            past.finishedDays.append(
                VehicleDay(
                    day: Day(daysSinceEpoch: try reader.integer32()),
                    metres: try reader.integer64(),
                    firstOdometerMetres: try reader.integer64(),
                    lastOdometerMetres: try reader.integer64()))
        }
        self.past = past
        firstOpenDay = try reader.word16()
        firstChangedDay = try reader.word16()
    }
}

extension NewestValues {
    /// Count, whether each value tells its own origin, the origin of all if not, the values.
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.append(UInt16(count))
        let only = onlyOrigin
        writer.append(UInt8(only == nil ? 1 : 0))
        if let only { writer.append(only) }
        for place in entries.indices {
            writer.append(entries[place].head)
            writer.append(entries[place].bits)
            if only == nil { writer.append(origin(place: place)) }
        }
    }

    fileprivate init(
        from reader: inout ByteReader, change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        self.init()
        let count = try reader.count(elementBytes: 16)
        let isEach = try hasOrigins ? reader.byte() : 0
        guard isEach <= 1 else { throw .invalid(at: reader.offset - 1) }
        var origin = OriginID.unknown
        if hasOrigins, isEach == 0 { origin = try reader.origin(change) }
        reserve(count)
        for _ in 0..<count {
            let entry = Entry(head: try reader.word64(), bits: try reader.word64())
            if isEach == 1 { origin = try reader.origin(change) }
            guard let entry = entry.renumbered(change) else { continue }
            _ = take(entry, from: origin)
        }
        compactOrigins()
    }
}

extension OdometerPoint {
    fileprivate init(
        from reader: inout ByteReader, change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        let seconds = try reader.word32()
        let metres = try reader.word32()
        guard hasOrigins else {
            self.init(
                seconds: seconds, metres: metres, day: try reader.word16(), origin: .unknown,
                source: try reader.byte(), quality: try reader.byte())
            return
        }
        self.init(
            seconds: seconds, metres: metres, origin: try reader.origin(change),
            source: try reader.byte(), packed: try reader.byte())
        guard DayShift.isSound(packed & 3, at: seconds) else {
            throw .invalid(at: reader.offset - 1)
        }
    }
}

extension NewestValues.Entry {
    fileprivate func renumbered(_ change: NumberChange?) -> NewestValues.Entry? {
        guard let change else { return self }
        guard Int(number) < change.signals.count else { return nil }
        let new = change.signals[Int(number)]
        guard new != .unknown else { return nil }
        var copy = self
        copy.head = head & ~(0xFFFF << 6) | UInt64(new.number) << 6
        return copy
    }
}
