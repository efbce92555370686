import VehicleSignals
import VehicleState

extension ServiceWalk {
    /// Bounds within which the readings of the present day change nothing; see ``ServiceCalm``.
    /// To be asked for only where nothing opened and nothing was reset.
    func calm(day: UInt16, points: [ServicePoint]) -> ServiceCalm {
        var calm = ServiceCalm()
        let odometer = context.odometer
        guard day != 0, !odometer.hasPending else { return calm }
        let rule = context.rule
        calm.metresPerDay = Float(context.metresPerDay)
        calm.openDays = Float(rule.openDays)
        calm.seconds = odometer.hasValue ? odometer.seconds : 0
        let near = max(rule.openKilometres * 1000, rule.openDays * context.metresPerDay)
        // Readings of the present day may still be thinned; then the distance driven since the
        // display was read is counted from where the day began.
        let today = odometer.currentDay.map { $0.lastOdometerMetres - $0.firstOdometerMetres } ?? 0
        var spare = Double(UInt32.max)
        for place in 0..<4 {
            let state = machine.items[place]
            guard let item = ServiceItem(rawValue: UInt8(place)), state.seconds != 0 else {
                continue
            }
            if state.pending != ServiceItemState.none { return ServiceCalm() }
            let half = context.resetThreshold(UInt8(place))
            var least = Int64(min(state.value, state.low))
            var most = Int64(state.value)
            for point in points where point.item == UInt8(place) {
                least = min(least, Int64(point.value))
                most = max(most, Int64(point.value))
            }
            if most - least >= half { return ServiceCalm() }
            calm.seconds = max(calm.seconds, state.seconds)
            // Far off, so that no reading bears out what seemed near before it.
            let far = ServiceMachine.farFactor
            let edge = item.isDistance ? near * far + 1 : (rule.openDays * far + 2) * 86_400
            calm.high[place] = Int32(clamping: least + half)
            calm.low[place] = Int32(clamping: max(Int64(edge), most - half))
            if let need = context.need(machine, item), let metres = need.remainingMetres {
                spare = min(spare, metres - near - Double(today))
            }
        }
        for point in points where point.item == ServiceItem.dueFlag.rawValue {
            if point.value == 0 { return ServiceCalm() }
            calm.seconds = max(calm.seconds, point.seconds)
        }
        calm.isFlagClear = machine.items[4].seconds == 0 || machine.items[4].value != 0
        if let plan = context.need(machine, .planDistance), let metres = plan.remainingMetres {
            spare = min(spare, metres - near)
        }
        calm.day = day
        guard spare > 2, odometer.hasValue else { return calm }
        calm.odometerLow = odometer.metres &- 1
        calm.odometerHigh = UInt32(
            clamping: Int64(odometer.metres) + Int64(min(spare - 1, 2_000_000)))
        return calm
    }
}
