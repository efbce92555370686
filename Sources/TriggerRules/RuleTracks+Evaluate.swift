public import VehicleSignals
public import VehicleState

extension RuleTracks {
    /// Folds the evidence and puts what changed on the desk.
    ///
    /// Costs a comparison if nothing relevant came and no timer is due. Evidence that can no
    /// longer change is folded into the base afterwards, in the record too.
    ///
    /// - Parameter now: the vehicle's clock; never read from the system.
    public mutating func evaluate(
        vehicle: VehicleKey, record: inout VehicleRecord, facts: VehicleFacts, rules: RuleSet,
        zone: TimeZoneRules, now: Timestamp, configuration: StateConfiguration,
        desk: inout FiringDesk
    ) {
        guard needsEvaluation(at: now) else { return }
        if facts.isLinked {
            if newestDay != foldedForDay { dirty = .all }
            if now >= nextTimer { dirty.formUnion([.service, .battery]) }
            let limits = configuration.odometer
            if dirty.contains(.service) {
                tellService(
                    vehicle, record, facts, rules.service(for: facts), zone, now, limits, &desk)
            }
            if dirty.contains(.battery) {
                tellBattery(vehicle, record, facts, rules.battery, now, limits, &desk)
            }
            if dirty.contains(.codes) {
                tellCodes(vehicle, record, rules.codes, zone, now, limits, &desk)
            }
            dirty = []
        }
        foldOld(&record, facts, rules, zone, now, configuration, &desk)
    }

    // MARK: SV-01, SV-02

    func serviceWalk(
        _ record: VehicleRecord, _ facts: VehicleFacts, _ rule: ServiceRule
    ) -> ServiceWalk {
        ServiceWalk(
            machine: base.first?.service ?? ServiceMachine(),
            context: ServiceContext(rule: rule, facts: facts, odometer: record.base))
    }

    private mutating func tellService(
        _ vehicle: VehicleKey, _ record: VehicleRecord, _ facts: VehicleFacts,
        _ rule: ServiceRule, _ zone: TimeZoneRules, _ now: Timestamp, _ limits: OdometerLimits,
        _ desk: inout FiringDesk
    ) {
        desk.desired.removeAll(keepingCapacity: true)
        let nowSeconds = now.milliseconds / 1000
        nextTimer = .distantFuture
        calm = ServiceCalm()
        guard rule.isEnabled else {
            let frame = Self.bare(vehicle, rule.version)
            return tell(1...2, frame: { _ in frame }, now: now, desk: &desk)
        }
        var walk = serviceWalk(record, facts, rule)
        walk.run(
            odometer: record.odometerPoints, service: service.points, dayLimit: .max,
            now: nowSeconds, limits: limits, history: &desk.desired)
        let present = walk.conclude(now: nowSeconds)
        if let present { desk.desired.append(present) }
        var next = walk.nextMoment(after: nowSeconds)
        // A visit that is reported for later counts from its day on.
        let visit = Int64(facts.visitSeconds)
        if visit > nowSeconds { next = min(next, visit) }
        if next != .max { nextTimer = Timestamp(seconds: next) }
        if desk.desired.isEmpty, walk.machine.visits == (base.first?.service.visits ?? 0) {
            calm = walk.calm(day: newestDay, points: service.points)
        }
        if desk.desired.isEmpty, emitted.isEmpty { return }
        tell(
            1...2,
            frame: { walk.frame(vehicle, for: $0, present: present, zone: zone, now: nowSeconds) },
            now: now, desk: &desk)
    }

    private static func bare(_ vehicle: VehicleKey, _ version: UInt16) -> FiringFrame {
        FiringFrame(vehicle: vehicle, ruleVersion: version)
    }

    // MARK: SV-12

    func restWalk(_ rule: BatteryRule, _ facts: VehicleFacts) -> RestWalk {
        RestWalk(
            machine: base.first?.rest ?? RestMachine(),
            rule: RestRule(rule, battery: facts.battery))
    }

    private mutating func tellBattery(
        _ vehicle: VehicleKey, _ record: VehicleRecord, _ facts: VehicleFacts,
        _ rule: BatteryRule, _ now: Timestamp, _ limits: OdometerLimits,
        _ desk: inout FiringDesk
    ) {
        desk.desired.removeAll(keepingCapacity: true)
        var frame = Self.bare(vehicle, rule.version)
        if rule.isEnabled, watchesBattery {
            var walk = restWalk(rule, facts)
            walk.run(
                spans: activity.spans, spanLimit: activity.spans.count, marks: marks.marks,
                dayLimit: .max, visit: Self.pastVisit(facts, now), firstHeard: firstHeard,
                history: &desk.desired)
            if let present = walk.machine.desired { desk.desired.append(present) }
            frame.details = walk.details(frame)
        }
        if desk.desired.isEmpty, emitted.isEmpty { return }
        frame.setOdometer(record.odometer(limits))
        tell(12...12, frame: { _ in frame }, now: now, desk: &desk)
    }

    static func pastVisit(_ facts: VehicleFacts, _ now: Timestamp) -> UInt32 {
        Int64(facts.visitSeconds) * 1000 > now.milliseconds ? 0 : facts.visitSeconds
    }

    // MARK: SV-16

    private mutating func tellCodes(
        _ vehicle: VehicleKey, _ record: VehicleRecord, _ rule: CodeRule, _ zone: TimeZoneRules,
        _ now: Timestamp, _ limits: OdometerLimits, _ desk: inout FiringDesk
    ) {
        desk.desired.removeAll(keepingCapacity: true)
        let isNeeded = !codes.points.isEmpty || base.first?.codes.isEmpty == false
        guard isNeeded, rule.isEnabled else {
            if emitted.isEmpty { return }
            return tell(
                16...16, frame: { _ in Self.bare(vehicle, rule.version) }, now: now, desk: &desk)
        }
        collectCycleStarts(record, zone, limits, &desk.cycleStarts)
        var walk = codeWalk(rule)
        walk.run(
            starts: desk.cycleStarts, marks: marks.marks, points: codes.points, dayLimit: .max,
            history: &desk.desired)
        for state in walk.states where state.isOpen {
            desk.desired.append(
                Desired(
                    code: .troubleCodeWithLamp, position: state.packed, cycle: state.cycle,
                    status: .open, tier: 2, seconds: state.openedSeconds))
        }
        var common = Self.bare(vehicle, rule.version)
        common.setOdometer(record.odometer(limits))
        tell(
            16...16, frame: { walk.frame(common, for: $0) }, now: now, desk: &desk)
    }

    func codeWalk(_ rule: CodeRule) -> CodeWalk {
        CodeWalk(
            states: base.first?.codes ?? [], isLampOn: base.first?.isLampOn ?? false,
            lampOrigin: base.first?.lampOrigin ?? .unknown,
            cycleStart: base.first?.cycleStart ?? 0, rule: rule)
    }

    /// Beginnings of drive cycles: of the stretches of use, and of local days in which the
    /// odometer grew without any sign of use (sources that send one document a day).
    func collectCycleStarts(
        _ record: VehicleRecord, _ zone: TimeZoneRules, _ limits: OdometerLimits,
        _ starts: inout [UInt32]
    ) {
        starts.removeAll(keepingCapacity: true)
        for span in activity.spans { starts.append(span.start) }
        var machine = record.base
        for point in record.odometerPoints {
            if let day = machine.step(point, limits: limits) { addStart(of: day, zone, &starts) }
        }
        if let day = machine.currentDay { addStart(of: day, zone, &starts) }
        starts.sort()
    }

    private func addStart(
        of day: VehicleDay, _ zone: TimeZoneRules, _ starts: inout [UInt32]
    ) {
        guard day.wasDriven else { return }
        let number = UInt16(clamping: day.day.daysSinceEpoch)
        let begin = Self.startSeconds(of: number, zone)
        let end = Self.startSeconds(of: number &+ 1, zone)
        for span in activity.spans where span.end >= begin && span.start < end { return }
        starts.append(begin)
    }

    /// The moment at which a local day begins, seconds since 1970.
    static func startSeconds(of day: UInt16, _ zone: TimeZoneRules) -> UInt32 {
        let midnight = Day(daysSinceEpoch: Int32(day)).startUTC
        let offset = Int64(zone.offsetSeconds(at: midnight))
        return UInt32(clamping: midnight.milliseconds / 1000 - offset)
    }
}
