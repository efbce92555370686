import VehicleSignals
import VehicleState

extension RuleTracks {
    /// Joins the memory of a name that turned out to mean this vehicle. Evidence is joined; of
    /// two bases the one folded further stays, ties broken by content.
    mutating func merge(_ other: RuleTracks, rules: RuleSet) {
        if other.basePrecedes(self) { base = other.base }
        firstOpenDay = max(firstOpenDay, other.firstOpenDay)
        service.merge(other.service)
        service.removeDays(before: firstOpenDay)
        marks.merge(other.marks)
        marks.removeDays(before: firstOpenDay)
        codes.merge(other.codes)
        codes.removeDays(before: firstOpenDay)
        activity.merge(other.activity, gap: UInt32(rules.codes.cycleGapMinutes * 60))
        firstHeard = min(firstHeard, other.firstHeard)
        newestDay = max(newestDay, other.newestDay)
        foldedForDay = 0
        dirty = .all
        watchesBattery = watchesBattery || other.watchesBattery
        calm = ServiceCalm()
        nextTimer = .distantPast
        for told in other.emitted { join(told) }
        emitted.sort { $0.order < $1.order }
    }

    /// What was told of a trigger by either: the further status.
    private mutating func join(_ told: Emitted) {
        let known = emitted.firstIndex {
            $0.code == told.code && $0.position == told.position && $0.cycle == told.cycle
        }
        guard let known else {
            emitted.append(told)
            return
        }
        if emitted[known].progress < told.progress { emitted[known] = told }
    }

    private func basePrecedes(_ other: RuleTracks) -> Bool {
        if firstOpenDay != other.firstOpenDay { return firstOpenDay > other.firstOpenDay }
        if base == other.base { return false }
        var mine = ByteWriter()
        var others = ByteWriter()
        encodeBase(into: &mine)
        other.encodeBase(into: &others)
        return others.bytes.lexicographicallyPrecedes(mine.bytes)
    }
}

extension Emitted {
    fileprivate var order: UInt64 {
        UInt64(code.rawValue) << 56 | UInt64(cycle) << 32 | UInt64(position)
    }

    fileprivate var progress: UInt64 {
        UInt64(status.rawValue) << 40 | UInt64(4 - min(tier, 4)) << 32
            | UInt64(UInt32(bitPattern: dueDay))
    }
}
