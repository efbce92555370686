import VehicleSignals

/// Everything about one simulated vehicle that is settled before the first message.
public struct VehiclePlan: Sendable {
    public var identity: VehicleIdentity
    public var habits: DrivingHabits
    public var service: ServiceStory
    public var battery: BatteryStory
    public var troubleCode: TroubleCodeStory?
    /// Minute of the hour at which a parked vehicle reports.
    public var reportMinute: Int

    /// Makes the plan of vehicle `index` of a fleet. Costs a few microseconds a simulated day.
    public init(_ settings: FleetSettings, index: Int) {
        let seed = settings.seed
        identity = VehicleIdentity(seed: seed, index: index)
        var draw = Draw(seed: seed, vehicle: index, question: .driving)
        habits = DrivingHabits(&draw)
        reportMinute = draw.whole(0...59)
        var metresByDay: [Int] = []
        metresByDay.reserveCapacity(settings.days)
        for day in 0..<settings.days {
            metresByDay.append(
                Self.trips(habits, settings: settings, index: index, day: day).metres)
        }
        service = ServiceStory(seed: seed, vehicle: index, metresByDay: metresByDay)
        battery = BatteryStory(seed: seed, vehicle: index, metresByDay: metresByDay)
        troubleCode = TroubleCodeStory.drawn(
            seed: seed, vehicle: index, hasEngine: identity.powertrain != "BEV",
            metresByDay: metresByDay)
    }

    /// The drives of a day of the simulated time, counted from 0.
    static func trips(
        _ habits: DrivingHabits, settings: FleetSettings, index: Int, day: Int
    ) -> TripsOfDay {
        var draw = Draw(seed: settings.seed, vehicle: index, question: .day, place: day)
        return habits.trips(
            daysSinceEpoch: Int(settings.firstDay.daysSinceEpoch) + day, &draw)
    }
}

extension FleetSettings {
    /// Sets the days to the fewest that give at least `messages` messages, or to ``daysMax``.
    /// Every drive gives two reports and may silence one of the hourly ones.
    public mutating func setDays(messages: Int) {
        let habits = (0..<vehicles).map { index in
            var draw = Draw(seed: seed, vehicle: index, question: .driving)
            return DrivingHabits(&draw)
        }
        var count = 0
        days = 0
        while days < Self.daysMax, count < messages {
            for index in 0..<vehicles {
                let trips = VehiclePlan.trips(
                    habits[index], settings: self, index: index, day: days)
                count += 24 / restHours + trips.count
            }
            days += 1
        }
    }
}
