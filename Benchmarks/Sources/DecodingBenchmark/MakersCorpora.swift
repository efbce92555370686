/// High Mobility, version 2: properties as arrays of readings, each with data, unit and time.
enum HighMobilityCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 13)
        var odometers = (0..<Fleet.vehicles).map { _ in numbers.whole(400_000...18_000_000) }
        return (0..<Fleet.messages).map { index in
            let vehicle = index % Fleet.vehicles
            odometers[vehicle] += numbers.whole(0...4_000)
            let odometer = "\(odometers[vehicle] / 100).\(odometers[vehicle] / 10 % 10)"
            let diagnostics = [
                property("odometer", [measured(odometer, "kilometers")], index),
                property(
                    "battery_voltage",
                    [measured(numbers.decimal(1180...1460, places: 2), "volts")], index),
                property(
                    "speed", [measured("\(numbers.whole(0...130))", "kilometers_per_hour")],
                    index),
                property("fuel_level", [numbers.decimal(5...100, places: 2)], index),
                property("tire_pressures", tyres(&numbers), index),
            ].joined(separator: ",")
            let service = property(
                "distance_to_next_service",
                [measured("\(numbers.whole(100...30_000))", "kilometers")], index)
            let latitude = numbers.decimal(52_000_000...53_000_000, places: 6)
            let longitude = numbers.decimal(4_000_000...6_000_000, places: 6)
            let location = [
                property("altitude", [measured("\(numbers.whole(-3...900))", "meters")], index),
                property(
                    "coordinates", ["{\"latitude\":\(latitude),\"longitude\":\(longitude)}"],
                    index),
            ].joined(separator: ",")
            return "live/level13/APP\t{\"version\":2,"
                + "\"application_id\":\"00000000-0000-0000-0000-000000000000\","
                + "\"message_id\":\"\(identity(&numbers))\",\"vin\":\"\(Fleet.name(vehicle))\","
                + "\"data\":{\"diagnostics\":{\(diagnostics)},\"maintenance\":{\(service)},"
                + "\"vehicle_location\":{\(location)}}}"
        }
    }

    private static func measured(_ value: String, _ unit: String) -> String {
        "{\"unit\":\"\(unit)\",\"value\":\(value)}"
    }

    private static func property(_ name: String, _ values: [String], _ index: Int) -> String {
        let time = Fleet.time(index, fraction: ".000")
        let list = values.map { "{\"data\":\($0),\"timestamp\":\"\(time)\"}" }
        return "\"\(name)\":[\(list.joined(separator: ","))]"
    }

    private static func tyres(_ numbers: inout SeededNumbers) -> [String] {
        ["front_left", "front_right", "rear_left", "rear_right"].map { place in
            let pressure = measured(numbers.decimal(210...290, places: 2), "bars")
            return "{\"location\":\"\(place)\",\"pressure\":\(pressure)}"
        }
    }

    private static func identity(_ numbers: inout SeededNumbers) -> String {
        (0..<32).map { _ in
            let byte = String(numbers.whole(0...255), radix: 16, uppercase: true)
            return byte.count == 1 ? "0" + byte : byte
        }.joined()
    }
}

/// OnStar2MQTT: the group of the odometer, each element in kilometres and in miles, with status and
/// time of its own.
enum OnStarCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 77)
        return (0..<Fleet.messages).map { index in
            let time = String(Fleet.time(index, fraction: ".100").dropLast()) + "+00:00"
            let odometer = numbers.decimal(40_000...1_800_000, places: 1)
            let trip = numbers.decimal(10...9_000, places: 1)
            let members = [
                "\"odometer_status\":\"GOOD\",\"odometer_status_color\":\"GREEN\","
                    + "\"odometer_last_updated\":\"\(time)\"",
                element("odo_read", odometer, time),
                element("odo_read_mi", numbers.decimal(24_000...1_100_000, places: 1), time),
                element("trip_a_odo", trip, time),
                element("trip_a_odo_mi", numbers.decimal(10...5_600, places: 1), time),
            ].joined(separator: ",")
            return "homeassistant/sensor/\(Fleet.name(index % Fleet.vehicles))/odometer/state\t"
                + "{\(members)}"
        }
    }

    private static func element(_ name: String, _ value: String, _ time: String) -> String {
        "\"\(name)\":\(value),\"\(name)_status\":null,\"\(name)_status_color\":null,"
            + "\"\(name)_last_updated\":\"\(time)\""
    }
}

/// OVMS: one metric a topic, as bare text.
enum OVMSCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 3)
        return (0..<Fleet.messages).map { index in
            let (metric, value) = metric(index / Fleet.vehicles, &numbers)
            let name = Fleet.name(index % Fleet.vehicles)
            return "ovms/user/\(name)/metric/\(metric)\t\(value)"
        }
    }

    private static func metric(
        _ round: Int, _ numbers: inout SeededNumbers
    ) -> (String, String) {
        switch round % 10 {
        case 0: ("v/p/odometer", numbers.decimal(40_000...1_800_000, places: 1))
        case 1: ("v/p/speed", numbers.decimal(0...1_300, places: 1))
        case 2: ("v/b/soc", numbers.decimal(50...1_000, places: 1))
        case 3: ("v/b/12v/voltage", numbers.decimal(1_180...1_460, places: 2))
        case 4: ("v/p/latitude", numbers.decimal(52_000_000...53_000_000, places: 6))
        case 5: ("v/p/longitude", numbers.decimal(4_000_000...6_000_000, places: 6))
        case 6: ("v/e/temp", numbers.decimal(-150...390, places: 1))
        case 7:
            (
                "v/t/pressure",
                (0..<4).map { _ in numbers.decimal(200_000...280_000, places: 3) }
                    .joined(separator: ",")
            )
        case 8: ("v/c/charging", numbers.whole(0...1) == 0 ? "no" : "yes")
        default: ("v/b/soh", "\(numbers.whole(70...100))")
        }
    }
}
