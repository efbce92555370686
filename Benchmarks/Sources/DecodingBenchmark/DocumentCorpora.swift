/// BMW CarData: any number of keys, each with value, unit and time. Six that are known and two that
/// are not.
enum BMWCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 46)
        var odometers = (0..<Fleet.vehicles).map { _ in numbers.whole(4_000...180_000) }
        return (0..<Fleet.messages).map { index in
            let vehicle = index % Fleet.vehicles
            odometers[vehicle] += numbers.whole(0...40)
            let name = Fleet.name(vehicle)
            let keys = [
                key("vehicle.vehicle.travelledDistance", index, "\(odometers[vehicle])", "km"),
                key("vehicle.cabin.door.status", index, "\"SECURED\"", nil),
                pressure("left", index, &numbers), pressure("right", index, &numbers),
                key(
                    "vehicle.electricalSystem.battery.voltage", index,
                    numbers.decimal(1180...1460, places: 2), "V"),
                key(
                    "vehicle.drivetrain.batteryManagement.header", index,
                    "\(numbers.whole(5...100))", "%"),
                key("vehicle.isMoving", index, "false", nil),
                key(
                    "vehicle.drivetrain.fuelSystem.level", index, "\(numbers.whole(0...100))",
                    "%"),
            ].joined(separator: ",")
            return "GCID/\(name)\t{\"vin\":\"\(name)\",\"entityId\":\"GCID\",\"topic\":\"\(name)\","
                + "\"timestamp\":\"\(Fleet.time(index, fraction: ".250"))\",\"data\":{\(keys)}}"
        }
    }

    private static func pressure(
        _ side: String, _ index: Int, _ numbers: inout SeededNumbers
    ) -> String {
        key(
            "vehicle.chassis.axle.row1.wheel.\(side).tire.pressure", index,
            "\"\(numbers.whole(220...280))\"", "kPa")
    }

    private static func key(
        _ name: String, _ index: Int, _ value: String, _ unit: String?
    ) -> String {
        let unit = unit.map { "\"unit\":\"\($0)\"," } ?? ""
        return "\"\(name)\":{\"timestamp\":\"\(Fleet.time(index))\",\(unit)\"value\":\(value)}"
    }
}

/// A Teltonika box: one record a message, elements by number.
enum TeltonikaCorpus {
    static func lines() -> [String] {
        var numbers = SeededNumbers(seed: 239)
        var odometers = (0..<Fleet.vehicles).map { _ in numbers.whole(4_000_000...180_000_000) }
        return (0..<Fleet.messages).map { index in
            let vehicle = index % Fleet.vehicles
            odometers[vehicle] += numbers.whole(0...40_000)
            let latitude = numbers.decimal(52_000_000...53_000_000, places: 6)
            let longitude = numbers.decimal(4_000_000...6_000_000, places: 6)
            let members = [
                "\"ts\":\(Fleet.milliseconds(index))", "\"pr\":0",
                "\"latlng\":\"\(latitude),\(longitude)\"", "\"alt\":\(numbers.whole(-3...900))",
                "\"ang\":\(numbers.whole(0...359))", "\"sat\":\(numbers.whole(4...18))",
                "\"sp\":\(numbers.whole(0...130))", "\"evt\":0", "\"240\":1",
                "\"21\":\(numbers.whole(1...5))", "\"200\":0", "\"69\":1",
                "\"181\":\(numbers.whole(5...20))", "\"182\":\(numbers.whole(5...20))",
                "\"66\":\(numbers.whole(11_800...14_600))",
                "\"67\":\(numbers.whole(3_400...4_200))",
                "\"68\":0", "\"241\":20408", "\"16\":\(odometers[vehicle])",
                "\"37\":\(numbers.whole(0...130))", "\"32\":\(numbers.whole(10...110))",
                "\"36\":\(numbers.whole(700...4_500))", "\"78\":\"0x0000000000000000\"",
            ].joined(separator: ",")
            return "\(Fleet.name(vehicle))/data\t{\"state\":{\"reported\":{\(members)}}}"
        }
    }
}
