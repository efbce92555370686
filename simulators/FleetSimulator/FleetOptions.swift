import ArgumentParser
import FleetModel
import VehicleSignals

/// What makes the fleet; the same for `prepare` and `publish`.
struct FleetOptions: ParsableArguments {
    @Option(help: "Number of vehicles, 1 to 1,000,000.")
    var vehicles = 500

    @Option(help: "Everything follows from this number.")
    var seed: UInt64 = 1

    @Option(help: "First simulated day, UTC, as YYYY-MM-DD.")
    var start = "2026-01-01"

    @Option(help: "Simulated days, 1 to 3653. The expected leads depend on it. (default: 60)")
    var days: Int?

    @Option(help: "Instead of --days: as many whole days as give at least so many messages.")
    var messages: Int?

    @Option(help: "Hours between two messages of a parked vehicle, 1 to 3.")
    var restHours = 1

    @Option(help: "Faults on the way: none, some or many.")
    var faults = "some"

    mutating func validate() throws {
        guard (1...FleetSettings.vehiclesMax).contains(vehicles) else {
            throw ValidationError("--vehicles must be 1 to \(FleetSettings.vehiclesMax).")
        }
        guard days == nil || messages == nil else {
            throw ValidationError("Give --days or --messages, not both.")
        }
        guard (1...FleetSettings.daysMax).contains(days ?? 60) else {
            throw ValidationError("--days must be 1 to \(FleetSettings.daysMax).")
        }
        guard messages ?? 1 > 0 else {
            throw ValidationError("--messages must be 1 or more.")
        }
        guard (1...3).contains(restHours) else {
            throw ValidationError("--rest-hours must be 1, 2 or 3.")
        }
        guard FaultShares(word: faults) != nil else {
            throw ValidationError("--faults must be none, some or many.")
        }
        guard Timestamp(rfc3339: start + "T00:00:00Z") != nil else {
            throw ValidationError("--start must be a day such as 2026-01-01.")
        }
    }

    var settings: FleetSettings {
        var settings = FleetSettings(
            seed: seed, vehicles: vehicles,
            firstDay: Day(utc: Timestamp(rfc3339: start + "T00:00:00Z") ?? .distantPast),
            days: days ?? 60, restHours: restHours, faults: FaultShares(word: faults) ?? .some)
        if let messages { settings.setDays(messages: messages) }
        return settings
    }

    func plans() -> [VehiclePlan] {
        let settings = settings
        return (0..<settings.vehicles).map { VehiclePlan(settings, index: $0) }
    }
}
