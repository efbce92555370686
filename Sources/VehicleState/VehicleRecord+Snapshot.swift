public import VehicleSignals

/// Old number → new number of signals and sources, where a snapshot was written by a process
/// with other lists than this one.
public struct NumberChange: Sendable {
    /// Place n holds what the signal with the old number n is called now; `.unknown`: gone.
    public var signals: [SignalID]
    /// The same for sources; places beyond the end keep their number.
    public var sources: [SourceID]

    public init(signals: [SignalID], sources: [SourceID] = []) {
        self.signals = signals
        self.sources = sources
    }

    /// From the signal paths that were stored beside the snapshots.
    public init(oldPaths: [String], catalogue: SignalCatalogue, sources: [SourceID] = []) {
        signals = oldPaths.map { catalogue.id(of: $0) ?? .unknown }
        self.sources = sources
    }

    /// What the source of an odometer reading is called now.
    func source(_ old: UInt8) -> UInt8 {
        guard old != OdometerPoint.workshop, Int(old) < sources.count else { return old }
        return UInt8(min(sources[Int(old)].number, UInt16(OdometerPoint.workshop) - 1))
    }
}

extension VehicleRecord {
    /// First byte of a snapshot.
    static let snapshotVersion: UInt8 = 2

    public func encode(into writer: inout ByteWriter) {
        writer.append(Self.snapshotVersion)
        writer.append(lastHeard.milliseconds)
        writer.append(newestEventTime.milliseconds)
        writer.append(UInt16(values.count))
        for entry in values.entries {
            writer.append(entry.head)
            writer.append(entry.bits)
        }
        base.encode(into: &writer)
        writer.append(UInt16(evidence.points.count))
        for point in evidence.points {
            writer.append(point.seconds)
            writer.append(point.metres)
            writer.append(point.day)
            writer.append(point.source)
            writer.append(point.quality)
        }
        writer.append(UInt16(clamping: finishedDays.count))
        for day in finishedDays.prefix(Int(UInt16.max)) {
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
        guard version == Self.snapshotVersion else { throw .unknownVersion(version) }
        let heard = Timestamp(milliseconds: try reader.integer64())
        let newest = Timestamp(milliseconds: try reader.integer64())
        join(lastHeard: heard, newestEventTime: newest)
        for _ in 0..<(try reader.count(elementBytes: 16)) {
            let entry = NewestValues.Entry(
                head: try reader.word64(), bits: try reader.word64())
            guard let entry = entry.renumbered(change) else { continue }
            _ = values.take(entry)
        }
        base = try OdometerMachine(from: &reader, change: change)
        var points: [OdometerPoint] = []
        for _ in 0..<(try reader.count(elementBytes: 12)) {
            var point = OdometerPoint(
                seconds: try reader.word32(), metres: try reader.word32(),
                day: try reader.word16(), source: try reader.byte(), quality: try reader.byte())
            if let change { point.source = change.source(point.source) }
            points.append(point)
        }
        points.sort { $0.isBefore($1) }
        evidence = OdometerEvidence(points: points)
        for _ in 0..<(try reader.count(elementBytes: 28)) {
            finishedDays.append(
                VehicleDay(
                    day: Day(daysSinceEpoch: try reader.integer32()),
                    metres: try reader.integer64(),
                    firstOdometerMetres: try reader.integer64(),
                    lastOdometerMetres: try reader.integer64()))
        }
        firstOpenDay = try reader.word16()
        firstChangedDay = try reader.word16()
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
