import VehicleSignals

/// Lets one vehicle live: gives its reports one after the other, in the order of time.
///
/// A report comes at the end of each drive, three minutes later when it is parked, and at one
/// minute of every hour (or every second or third). The course is a value: a copy goes on from the
/// same place, and beginning again gives the same reports.
public struct VehicleCourse: Sendable {
    /// Minutes between the end of a drive and the report that the vehicle is locked.
    static let lockMinutes = 3

    private let settings: FleetSettings
    public let plan: VehiclePlan
    private var day: Int
    private var trips: TripsOfDay
    /// Half drives of the day that are behind: even numbers wait for an end, odd ones for a lock.
    private var step: Int
    /// Minute of the day at which the next hourly report is due.
    private var tick: Int
    private var odometer: Int64
    /// Minute of the simulated time at which the last drive ended.
    private var lastDriveEnd: Int
    private var visitsDone: Int
    private var odometerAtService: Int64
    private var minuteOfService: Int

    public init(_ settings: FleetSettings, plan: VehiclePlan) {
        self.settings = settings
        self.plan = plan
        day = 0
        trips = VehiclePlan.trips(
            plan.habits, settings: settings, index: plan.identity.index, day: 0)
        step = 0
        tick = 0
        odometer = plan.identity.odometerAtStart
        lastDriveEnd = -300
        visitsDone = 0
        odometerAtService =
            plan.identity.odometerAtStart - Int64(plan.service.metresUsedAtStart)
        minuteOfService = -plan.service.daysUsedAtStart * 1440
        tick = firstTick
    }

    /// Lives on, without a report, until a day of the simulated time begins.
    public mutating func skip(toDay target: Int) {
        while day < min(target, settings.days) {
            while step < trips.count * 2 {
                let minute = stepMinute
                settleVisit(untilMinute: minute)
                finishStep(atMinute: minute)
            }
            beginNextDay()
        }
    }

    /// The next report; `nil` when the simulated time is over.
    public mutating func next() -> Evidence? {
        while day < settings.days {
            let stepMinute = self.stepMinute
            let tickMinute = tick < 1440 ? tick : Int.max
            if stepMinute == Int.max, tickMinute == Int.max {
                beginNextDay()
                continue
            }
            if tickMinute < stepMinute {
                tick += 60 * settings.restHours
                if let report = hourlyReport(atMinute: tickMinute) { return report }
            } else {
                return stepReport(atMinute: stepMinute)
            }
        }
        return nil
    }

    private var firstTick: Int {
        let phase = plan.identity.index % settings.restHours
        return phase * 60 + plan.reportMinute
    }

    private var stepMinute: Int {
        guard step < trips.count * 2 else { return Int.max }
        let end = Int(trips[step / 2].endMinute)
        return step % 2 == 0 ? end : end + Self.lockMinutes
    }

    private mutating func beginNextDay() {
        settleVisit(untilMinute: 1440)
        day += 1
        step = 0
        tick = firstTick
        if day < settings.days {
            trips = VehiclePlan.trips(
                plan.habits, settings: settings, index: plan.identity.index, day: day)
        }
    }

    private mutating func stepReport(atMinute minute: Int) -> Evidence {
        settleVisit(untilMinute: minute)
        let isEnd = step % 2 == 0
        finishStep(atMinute: minute)
        return evidence(
            isEnd ? .tripEnd : .parked, minute: minute, second: isEnd ? 0 : 20,
            odometer: odometer, kilometresPerHour: 0)
    }

    private mutating func finishStep(atMinute minute: Int) {
        if step % 2 == 0 {
            odometer += Int64(trips[step / 2].metres)
            lastDriveEnd = day * 1440 + minute
        }
        step += 1
    }

    /// The report of the hour; none in the minutes between the end of a drive and the lock.
    private mutating func hourlyReport(atMinute minute: Int) -> Evidence? {
        settleVisit(untilMinute: minute)
        if step % 2 == 1 { return nil }
        if step < trips.count * 2, minute >= Int(trips[step / 2].startMinute) {
            let trip = trips[step / 2]
            let minutes = Int64(trip.endMinute - trip.startMinute)
            let driven = Int64(trip.metres) * Int64(minute - Int(trip.startMinute)) / minutes
            return evidence(
                .driving, minute: minute, second: 40, odometer: odometer + driven,
                kilometresPerHour: Int(trip.metres) * 60 / 1000 / Int(minutes))
        }
        return evidence(
            .resting, minute: minute, second: 40, odometer: odometer, kilometresPerHour: 0)
    }

    /// Visits reset the display at noon.
    private mutating func settleVisit(untilMinute minute: Int) {
        guard visitsDone < plan.service.visits.count, plan.service.visits[visitsDone] == day,
            minute >= 720
        else { return }
        visitsDone += 1
        odometerAtService = odometer
        minuteOfService = day * 1440 + 720
    }

    private func evidence(
        _ occasion: Evidence.Occasion, minute: Int, second: Int, odometer: Int64,
        kilometresPerHour: Int
    ) -> Evidence {
        let absoluteMinute = day * 1440 + minute
        var draw = Draw(
            seed: settings.seed, vehicle: plan.identity.index, question: .reading,
            place: absoluteMinute * 64 + second)
        let service = plan.service
        let kilometres = service.intervalKilometres - Int((odometer - odometerAtService) / 1000)
        let days = service.intervalDays - floorDivided(absoluteMinute - minuteOfService, by: 1440)
        let isOn = occasion == .driving || occasion == .tripEnd
        let celsius = self.celsius(minute: minute, &draw)
        let restHours = Double(absoluteMinute - lastDriveEnd) / 60
        let volts =
            isOn
            ? plan.battery.chargingVoltage(&draw)
            : plan.battery.restingVoltage(
                atMinute: absoluteMinute, restHours: restHours, celsius: celsius, &draw)
        let fault = isOn ? plan.troubleCode : nil
        let present = fault.map { $0.isPresent(onDay: day) } ?? false
        let codes = present ? [fault?.code ?? ""] : []
        return Evidence(
            vehicle: plan.identity.index,
            time: settings.start.advanced(
                by: .seconds(Int64(absoluteMinute) * 60 + Int64(second))),
            occasion: occasion, odometerMetres: odometer,
            kilometresToService: service.stopsAtZero ? max(0, kilometres) : kilometres,
            daysToService: service.stopsAtZero ? max(0, days) : days, volts: volts,
            restHours: isOn ? 0 : restHours, kilometresPerHour: kilometresPerHour,
            celsius: celsius, level: 20 + Int(odometer / 7_000 % 80), codes: codes,
            confirmedCodes: present && fault?.kind != .pending ? codes : [],
            isLampOn: present && fault?.kind == .lamp)
    }

    /// A make-believe climate: coldest in January, warmest in July, cool at night.
    private func celsius(minute: Int, _ draw: inout Draw) -> Double {
        let dayOfYear = (Int(settings.firstDay.daysSinceEpoch) + day) % 365
        let fromWinter = Double(min(dayOfYear, 365 - dayOfYear)) / 182.5
        let fromNight = 1 - Double(abs(minute - 840)) / 840
        return -1 + 19 * fromWinter + 6 * max(0, fromNight) + draw.bell()
    }
}

/// The quotient rounded down.
func floorDivided(_ value: Int, by divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
