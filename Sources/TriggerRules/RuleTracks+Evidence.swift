import VehicleSignals
import VehicleState

// Evidence in a snapshot, and what made it.
extension RuleTracks {
    func encodeEvidence(into writer: inout ByteWriter) {
        writer.append(UInt16(service.points.count))
        for point in service.points {
            writer.append(point.seconds)
            writer.append(point.value)
            writer.append(point.origin)
            writer.append(point.packed)
        }
        writer.append(UInt16(activity.spans.count))
        for span in activity.spans {
            writer.append(span.start)
            writer.append(span.end)
        }
        writer.append(UInt16(marks.marks.count))
        for mark in marks.marks {
            writer.append(mark.seconds)
            writer.append(mark.origin)
            writer.append(mark.packed)
            writer.append(mark.value)
        }
        writer.append(UInt16(codes.points.count))
        for point in codes.points {
            writer.append(point.seconds)
            writer.append(point.packed)
            writer.append(point.origin)
            writer.append(point.flags)
        }
    }

    /// - Parameter hasOrigins: the form of now; before it the day stood in the origin's place.
    mutating func readEvidence(
        _ reader: inout ByteReader, _ change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        var points: [ServicePoint] = []
        var count = try reader.count(elementBytes: 11)
        points.reserveCapacity(count)
        for _ in 0..<count {
            let point = try ServicePoint(from: &reader, change, hasOrigins: hasOrigins)
            points.append(point)
        }
        service = ServiceEvidence(points: points)
        var spans: [ActivitySpan] = []
        count = try reader.count(elementBytes: 8)
        spans.reserveCapacity(count)
        for _ in 0..<count {
            spans.append(ActivitySpan(start: try reader.word32(), end: try reader.word32()))
        }
        activity = Activity(spans: spans)
        var list: [Mark] = []
        count = try reader.count(elementBytes: 8)
        list.reserveCapacity(count)
        for _ in 0..<count {
            list.append(try Mark(from: &reader, change, hasOrigins: hasOrigins))
        }
        marks = Marks(marks: list)
        var codeList: [CodePoint] = []
        count = try reader.count(elementBytes: 11)
        codeList.reserveCapacity(count)
        for _ in 0..<count {
            codeList.append(try CodePoint(from: &reader, change, hasOrigins: hasOrigins))
        }
        codes = CodePoints(points: codeList)
    }
}

extension ServicePoint {
    fileprivate init(
        from reader: inout ByteReader, _ change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        let seconds = try reader.word32()
        let value = try reader.integer32()
        if hasOrigins {
            self.init(
                seconds: seconds, value: value, origin: try reader.origin(change),
                packed: try reader.byte())
        } else {
            let day = try reader.word16()
            guard let item = ServiceItem(rawValue: try reader.byte()) else {
                throw .invalid(at: reader.offset)
            }
            self.init(seconds: seconds, value: value, day: day, item: item, origin: .unknown)
        }
        guard item <= ServiceItem.dueFlag.rawValue, DayShift.isSound(packed >> 3, at: seconds)
        else { throw .invalid(at: reader.offset) }
    }
}

extension Mark {
    fileprivate init(
        from reader: inout ByteReader, _ change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        let seconds = try reader.word32()
        if hasOrigins {
            self.init(
                seconds: seconds, origin: try reader.origin(change), packed: try reader.byte(),
                value: try reader.byte())
        } else {
            let day = try reader.word16()
            guard let kind = Kind(rawValue: try reader.byte()) else {
                throw .invalid(at: reader.offset)
            }
            self.init(
                seconds: seconds, day: day, kind: kind, value: try reader.byte(),
                origin: .unknown)
        }
        guard Kind(rawValue: kind) != nil, DayShift.isSound(packed >> 3, at: seconds) else {
            throw .invalid(at: reader.offset)
        }
    }
}

extension CodePoint {
    fileprivate init(
        from reader: inout ByteReader, _ change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        let seconds = try reader.word32()
        let packed = try reader.word32()
        if hasOrigins {
            self.init(
                seconds: seconds, packed: packed, origin: try reader.origin(change),
                flags: try reader.byte())
        } else {
            self.init(
                seconds: seconds, packed: packed, day: try reader.word16(),
                isConfirmed: try reader.byte(), origin: .unknown)
        }
        guard DayShift.isSound(flags >> 1, at: seconds) else {
            throw .invalid(at: reader.offset)
        }
    }
}

extension RuleBase {
    /// What made the folded values, behind all of them.
    func encodeOrigins(into writer: inout ByteWriter) {
        for place in 0..<5 { writer.append(service.items[place].origin) }
        for place in 0..<Int(rest.restCount) { writer.append(rest.origins[place]) }
        for state in codes { writer.append(state.origin) }
        writer.append(lampOrigin)
    }

    mutating func readOrigins(
        _ reader: inout ByteReader, _ change: NumberChange?
    ) throws(SnapshotFlaw) {
        for place in 0..<5 { service.items[place].origin = try reader.origin(change) }
        for place in 0..<Int(rest.restCount) {
            rest.origins[place] = try reader.origin(change).number
        }
        for place in codes.indices { codes[place].origin = try reader.origin(change) }
        lampOrigin = try reader.origin(change)
    }
}
