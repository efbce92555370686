import VehicleSignals
import VehicleState

/// Runs the service fold over odometer and service evidence, merged in the order of event time.
struct ServiceWalk {
    var machine: ServiceMachine
    var context: ServiceContext

    /// Folds everything before the local day `dayLimit` (`.max`: everything). Triggers that came
    /// to their end on the way are appended to `history`.
    mutating func run(
        odometer: [OdometerPoint], service: [ServicePoint], dayLimit: UInt16, now: Int64,
        limits: OdometerLimits, history: inout [Desired]
    ) {
        var visit = context.facts.visitSeconds
        if visit / 86_400 >= UInt32(dayLimit) || Int64(visit) > now { visit = 0 }
        var nextOdometer = 0
        var nextService = 0
        while true {
            let odometerTime =
                nextOdometer < odometer.count && odometer[nextOdometer].day < dayLimit
                ? odometer[nextOdometer].seconds : .max
            let serviceTime =
                nextService < service.count && service[nextService].day < dayLimit
                ? service[nextService].seconds : .max
            let time = min(odometerTime, serviceTime)
            if visit != 0, visit <= time {
                machine.check(at: Int64(visit), context: context)
                machine.visitFromImport(visit, context: context, history: &history)
                visit = 0
                continue
            }
            if time == .max { return }
            // Of one moment the odometer comes first: it says where the display was read.
            if odometerTime <= serviceTime {
                context.step(odometer[nextOdometer], limits: limits)
                nextOdometer += 1
            } else {
                machine.step(
                    service[nextService],
                    odometer: context.odometer.hasValue ? context.odometer.metres : 0,
                    context: context, history: &history)
                nextService += 1
            }
        }
    }

    /// What the evidence wants now; `nil` if nothing is open.
    mutating func conclude(now: Int64) -> Desired? {
        machine.check(at: now, context: context)
        guard let code = TriggerCode(rawValue: machine.opened) else { return nil }
        let isEscalated = machine.isEscalated
        let isOverdue = isEscalated || code == .serviceOverdue
        return Desired(
            code: code, cycle: machine.cycle, status: isEscalated ? .escalated : .open,
            tier: isOverdue ? 2 : 3,
            seconds: isEscalated ? machine.escalatedSeconds : machine.openedSeconds)
    }

    /// The first moment after `now` at which the condition may become true without a message.
    func nextMoment(after now: Int64) -> Int64 {
        var next = Int64.max
        let rule = context.rule
        let quiet = machine.lastVisit == 0 ? 0 : Int64(machine.lastVisit) + context.quietSeconds
        for place in 0..<7 {
            let item = ServiceItem(rawValue: UInt8(place)) ?? .dueFlag
            guard let need = context.need(machine, item) else { continue }
            let due = Int64(max(min(need.dueSeconds, 1e11), -1e11).rounded(.up))
            let soon = due - Int64(rule.openDays * 86_400)
            let overdue = due + Int64(rule.overdueDays * 86_400)
            let candidates: SIMD2<Int64> = [max(soon, quiet), max(overdue, quiet)]
            for place in 0..<2 where candidates[place] > now && candidates[place] <= need.staleAt {
                next = min(next, candidates[place])
            }
            if quiet > now, quiet <= need.staleAt { next = min(next, quiet) }
        }
        return next
    }
}
