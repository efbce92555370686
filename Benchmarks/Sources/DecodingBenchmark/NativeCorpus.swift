/// Messages of the gateway's own form: six signals and some 264 bytes, a hundred vehicles in turn.
enum NativeCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 264)
        var odometers = (0..<Fleet.vehicles).map { _ in numbers.whole(4_000_000...180_000_000) }
        var lines: [String] = []
        for index in 0..<Fleet.messages {
            let vehicle = index % Fleet.vehicles
            odometers[vehicle] += numbers.whole(0...40_000)
            let signals = [
                ("Vehicle.Speed", numbers.decimal(0...1600, places: 1)),
                ("Vehicle.TraveledDistance", "\(odometers[vehicle])"),
                (
                    "Vehicle.Powertrain.FuelSystem.RelativeLevel",
                    "\(numbers.whole(0...100))"
                ),
                (
                    "Vehicle.LowVoltageBattery.CurrentVoltage",
                    numbers.decimal(1180...1460, places: 2)
                ),
                ("Vehicle.Exterior.AirTemperature", numbers.decimal(-150...390, places: 1)),
                ("Vehicle.Powertrain.Range", "\(numbers.whole(20_000...900_000))"),
            ].map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
            lines.append(
                "vss/\(Fleet.name(vehicle))/telemetry\t"
                    + "{\"ts\":\"\(Fleet.time(index))\",\"signals\":{\(signals)}}")
        }
        return lines
    }
}

/// What all corpora share.
enum Fleet {
    static let vehicles = 100
    static let messages = 2_000

    static func name(_ vehicle: Int) -> String { "TURNPIKE\(1000 + vehicle)" }

    /// A second after a second from 2026-02-03T07:11:00Z, over the end of a day.
    static func time(_ index: Int, fraction: String = "") -> String {
        let second = 7 * 3600 + 11 * 60 + index * 61
        let (day, rest) = (3 + second / 86_400, second % 86_400)
        return "2026-02-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
            + fraction + "Z"
    }

    static func milliseconds(_ index: Int) -> Int { 1_770_102_660_000 + index * 61_000 }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
