import VehicleSignals

extension VehicleRecord {
    /// Joins the state of a name that was not known to mean this vehicle: commutative,
    /// associative, idempotent. Nothing is lost as long as one of the two is younger than the
    /// allowed lateness; of two longer histories the one folded further stays, ties broken by
    /// content, with the younger evidence of both.
    public mutating func merge(_ other: VehicleRecord) {
        join(lastHeard: other.lastHeard, newestEventTime: other.newestEventTime)
        values.merge(other.values)
        let isSame = evidence == other.evidence && base == other.base
        var past = past
        if other.basePrecedes(self) { past.odometer = other.base }
        for day in other.past.finishedDays where !past.finishedDays.contains(day) {
            past.finishedDays.append(day)
        }
        past.finishedDays.sort { $0.isBefore($1) }
        self.past = past
        firstOpenDay = max(firstOpenDay, other.firstOpenDay)
        evidence.merge(other.evidence)
        evidence.removeDays(before: firstOpenDay)
        firstChangedDay = min(firstChangedDay, other.firstChangedDay)
        // Any open day may have changed by the meeting.
        if !isSame { firstChangedDay = min(firstChangedDay, firstOpenDay) }
    }

    /// Whether this record's base is the one to keep: a total order of contents.
    private func basePrecedes(_ other: VehicleRecord) -> Bool {
        if firstOpenDay != other.firstOpenDay { return firstOpenDay > other.firstOpenDay }
        if base == other.base { return false }
        var mine = ByteWriter()
        var others = ByteWriter()
        base.encode(into: &mine)
        other.base.encode(into: &others)
        return others.bytes.lexicographicallyPrecedes(mine.bytes)
    }
}

extension VehicleDay {
    fileprivate func isBefore(_ other: VehicleDay) -> Bool {
        if day != other.day { return day < other.day }
        if metres != other.metres { return metres < other.metres }
        if firstOdometerMetres != other.firstOdometerMetres {
            return firstOdometerMetres < other.firstOdometerMetres
        }
        return lastOdometerMetres < other.lastOdometerMetres
    }
}
