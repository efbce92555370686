/// One value a message, its meaning in the topic.
enum TeslaCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 80)
        return (0..<Fleet.messages).map { index in
            let (field, value) = field(index / Fleet.vehicles, &numbers)
            return "telemetry/\(Fleet.name(index % Fleet.vehicles))/v/\(field)\t\(value)"
        }
    }

    /// Older firmware sends numbers as text.
    private static func field(
        _ round: Int, _ numbers: inout SeededNumbers
    ) -> (String, String) {
        switch round % 10 {
        case 0: ("Odometer", numbers.decimal(1_000_000...99_999_999, places: 3))
        case 1: ("VehicleSpeed", numbers.decimal(0...900, places: 1))
        case 2: ("OutsideTemp", numbers.decimal(-150...390, places: 1))
        case 3: ("Soc", numbers.decimal(50_000...990_000, places: 4))
        case 4: ("BatteryLevel", "\"" + numbers.decimal(50_000...990_000, places: 4) + "\"")
        case 5: ("EstBatteryRange", numbers.decimal(100_000...3_000_000, places: 4))
        case 6: ("TpmsPressureFl", numbers.decimal(250...320, places: 2))
        case 7:
            (
                "DetailedChargeState",
                ["\"DetailedChargeStateCharging\"", "\"DetailedChargeStateDisconnected\""][
                    numbers.whole(0...1)]
            )
        case 8:
            (
                "Location",
                "{\"latitude\":" + numbers.decimal(52_000_000...53_000_000, places: 6)
                    + ",\"longitude\":" + numbers.decimal(4_000_000...6_000_000, places: 6) + "}"
            )
        default: ("Odometer", "\"" + numbers.decimal(1_000_000...99_999_999, places: 3) + "\"")
        }
    }
}
