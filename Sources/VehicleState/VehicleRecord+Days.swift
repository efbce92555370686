public import VehicleSignals

extension VehicleRecord {
    /// Days are folded in groups of four, so that evidence which is thinned by such groups is
    /// never cut.
    public static let dayGroup: UInt16 = 4

    /// The day up to which evidence may be folded now: no reading of an earlier day may come any
    /// more within the allowed lateness. 0 before the first event.
    public func foldableDay(zone: TimeZoneRules, lateness: TimeSpan) -> UInt16 {
        guard newestEventTime > .distantPast else { return 0 }
        let span = TimeSpan(milliseconds: -max(0, lateness.milliseconds))
        let day = Self.localDay(newestEventTime.advanced(by: span), zone)
        return day / Self.dayGroup * Self.dayGroup
    }

    /// Folds the evidence of days before `day`. Days that nobody took yet are kept aside.
    public mutating func fold(before day: UInt16, limits: OdometerLimits) {
        guard day > firstOpenDay else { return }
        let changed = firstChangedDay
        var past = past
        past.odometer = Self.walkDays(
            past.odometer, evidence.points, before: day, limits: limits
        ) { finished in
            if finished.day.daysSinceEpoch >= Int32(changed) { past.finishedDays.append(finished) }
        }
        self.past = past
        evidence.removeDays(before: day)
        firstOpenDay = day
        values.compactOrigins()
    }

    /// Folds readings and tells every day that is over. A day of which no reading is believed
    /// has no distance, and says so: it may have been told otherwise before.
    private static func walkDays(
        _ start: OdometerMachine, _ points: [OdometerPoint], before limit: UInt16,
        limits: OdometerLimits, tell: (VehicleDay) -> Void
    ) -> OdometerMachine {
        var machine = start
        var unbelieved: UInt16 = 0
        func tellUnbelieved() {
            let metres = Int64(machine.metres)
            tell(
                VehicleDay(
                    day: Day(daysSinceEpoch: Int32(unbelieved)), metres: 0,
                    firstOdometerMetres: metres, lastOdometerMetres: metres))
        }
        for point in points where point.day < limit {
            if unbelieved != 0, unbelieved != point.day {
                tellUnbelieved()
                unbelieved = 0
            }
            if let finished = machine.step(point, limits: limits) { tell(finished) }
            unbelieved = machine.day < point.day ? point.day : 0
        }
        if unbelieved != 0 { tellUnbelieved() }
        return machine
    }

    /// Whether ``takeChangedDays(limits:into:)`` has anything to say.
    public var hasChangedDays: Bool { firstChangedDay != .max || hasFinishedDays }

    /// Hands out every day that may have changed since the last call; each replaces what was
    /// said of that day before. Late evidence changes earlier days.
    public mutating func takeChangedDays(
        limits: OdometerLimits = OdometerLimits(), into days: inout [VehicleDay]
    ) {
        guard hasChangedDays else { return }
        if hasFinishedDays {
            days.append(contentsOf: past.finishedDays)
            past.finishedDays = []
        }
        let changed = firstChangedDay
        let machine = Self.walkDays(base, evidence.points, before: .max, limits: limits) {
            if $0.day.daysSinceEpoch >= Int32(changed) { days.append($0) }
        }
        if let current = machine.currentDay,
            current.day.daysSinceEpoch >= Int32(firstChangedDay)
        {
            days.append(current)
        }
        firstChangedDay = .max
    }
}
