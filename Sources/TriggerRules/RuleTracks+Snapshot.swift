import VehicleSignals
import VehicleState

extension RuleTracks {
    static let snapshotVersion: UInt8 = 2
    /// The form before it is read too. It tells no origins, and of evidence the day.
    static let snapshotVersionWithoutOrigins: UInt8 = 1

    func encode(into writer: inout ByteWriter) {
        writer.append(Self.snapshotVersion)
        writer.append(firstHeard)
        writer.append(firstOpenDay)
        writer.append(newestDay)
        writer.append(foldedForDay)
        writer.append(dirty.rawValue)
        writer.append(nextTimer.milliseconds)
        encodeEvidence(into: &writer)
        writer.append(UInt16(emitted.count))
        for told in emitted {
            writer.append(told.code.rawValue)
            writer.append(told.status.rawValue)
            writer.append(told.tier)
            writer.append(told.cycle)
            writer.append(told.position)
            writer.append(told.dueDay)
        }
        encodeBase(into: &writer)
    }

    func encodeBase(into writer: inout ByteWriter) {
        writer.append(UInt8(base.count))
        guard let base = base.first else { return }
        base.service.encode(into: &writer)
        base.rest.encode(into: &writer)
        writer.append(UInt16(base.codes.count))
        for state in base.codes { state.encode(into: &writer) }
        writer.append(UInt8(base.isLampOn ? 1 : 0))
        writer.append(base.cycleStart)
        base.encodeOrigins(into: &writer)
    }

    init(from reader: inout ByteReader, change: NumberChange?) throws(SnapshotFlaw) {
        self.init()
        let version = try reader.byte()
        let hasOrigins = version == Self.snapshotVersion
        guard hasOrigins || version == Self.snapshotVersionWithoutOrigins else {
            throw .unknownVersion(version)
        }
        firstHeard = try reader.word32()
        firstOpenDay = try reader.word16()
        newestDay = try reader.word16()
        foldedForDay = try reader.word16()
        dirty = Families(rawValue: try reader.byte())
        nextTimer = Timestamp(milliseconds: try reader.integer64())
        try readEvidence(&reader, change, hasOrigins: hasOrigins)
        var count = try reader.count(elementBytes: 13)
        emitted.reserveCapacity(count)
        for _ in 0..<count {
            let at = reader.offset
            guard let code = TriggerCode(rawValue: try reader.byte()),
                let status = Desired.Status(rawValue: try reader.byte())
            else { throw .invalid(at: at) }
            emitted.append(
                Emitted(
                    code: code, status: status, tier: try reader.byte(),
                    cycle: try reader.word16(), position: try reader.word32(),
                    dueDay: try reader.integer32()))
        }
        // What counts as low is the rules' affair: look once, folding forgets it again.
        watchesBattery = true
        guard try reader.byte() != 0 else { return }
        var base = RuleBase()
        base.service = try ServiceMachine(from: &reader)
        base.rest = try RestMachine(from: &reader)
        count = try reader.count(elementBytes: 25)
        base.codes.reserveCapacity(count)
        for _ in 0..<count {
            base.codes.append(try CodeState(from: &reader))
        }
        base.isLampOn = try reader.byte() != 0
        base.cycleStart = try reader.word32()
        if hasOrigins { try base.readOrigins(&reader, change) }
        self.base = [base]
    }
}

extension ServiceMachine {
    fileprivate func encode(into writer: inout ByteWriter) {
        for place in 0..<5 {
            let item = items[place]
            writer.append(item.seconds)
            writer.append(item.value)
            writer.append(item.odometer)
            writer.append(item.low)
            writer.append(item.pending)
            writer.append(UInt8(item.awaitsReset ? 1 : 0))
        }
        writer.append(visits)
        writer.append(lastVisit)
        writer.append(opened)
        writer.append(UInt8(isEscalated ? 1 : 0))
        writer.append(openedSeconds)
        writer.append(escalatedSeconds)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
        self.init()
        for place in 0..<5 {
            items[place] = ServiceItemState(
                seconds: try reader.word32(), value: try reader.integer32(),
                odometer: try reader.word32(), low: try reader.integer32(),
                pending: try reader.integer32(), awaitsReset: try reader.byte() != 0)
        }
        visits = try reader.word16()
        lastVisit = try reader.word32()
        opened = try reader.byte()
        isEscalated = try reader.byte() != 0
        openedSeconds = try reader.word32()
        escalatedSeconds = try reader.word32()
    }
}

extension RestMachine {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.append(lastUse)
        writer.append(UInt8(isAwake ? 1 : 0))
        writer.append(lowest)
        for place in 0..<8 { writer.append(rests[place]) }
        writer.append(restCount)
        writer.append(tier)
        writer.append(clears)
        writer.append(openedSeconds)
        writer.append(lastVisit)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
        self.init()
        lastUse = try reader.word32()
        isAwake = try reader.byte() != 0
        lowest = try reader.byte()
        for place in 0..<8 { rests[place] = try reader.byte() }
        restCount = try reader.byte()
        guard restCount <= 8, restCount > 0 || lowest == Self.none else {
            throw .invalid(at: reader.offset)
        }
        tier = try reader.byte()
        clears = try reader.word16()
        openedSeconds = try reader.word32()
        lastVisit = try reader.word32()
    }
}

extension CodeState {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.append(packed)
        writer.append(lastSeen)
        writer.append(lastCycle)
        writer.append(lastMissed)
        writer.append(cyclesSeen)
        writer.append(cyclesMissed)
        writer.append(UInt8((isConfirmed ? 1 : 0) | (isOpen ? 2 : 0)))
        writer.append(clears)
        writer.append(openedSeconds)
    }

    fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
        self.init(packed: try reader.word32())
        lastSeen = try reader.word32()
        lastCycle = try reader.word32()
        lastMissed = try reader.word32()
        cyclesSeen = try reader.byte()
        cyclesMissed = try reader.byte()
        let flags = try reader.byte()
        isConfirmed = flags & 1 == 1
        isOpen = flags & 2 == 2
        clears = try reader.word16()
        openedSeconds = try reader.word32()
    }
}
