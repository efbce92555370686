import PayloadDecoding
import Testing
import VehicleSignals

/// Bridges of owners' accounts: one bare text a topic, mostly retained and without a time.
@Suite struct `bridges of owners` {
    private static let arrival = " arrival 2026-02-02T02:40:00.000Z"

    private func check(
        _ name: String, _ topic: String, _ payload: String, _ expected: [String],
        settings: [String: String] = [:]
    ) throws {
        var source = try DescribedSource(name, settings: settings)
        let lines = try source.lines(topic, payload)
        #expect(lines == expected.map { $0 == "ignored" ? $0 : $0 + Self.arrival })
    }

    @Test(arguments: [
        ("odometer", "43210.5", ["TraveledDistance 43210500"]), ("odometer", "", []),
        ("battery_level", "71", ["TractionBattery.StateOfCharge.Displayed 71.0"]),
        ("power", "-7", ["TractionBattery.CurrentPower 7000.0"]),
        ("charging_state", "Charging", ["TractionBattery.Charging.IsCharging true"]),
        ("charging_state", "Complete", ["TractionBattery.Charging.IsCharging false"]),
        ("tpms_pressure_fl", "2.9", ["Row1.Wheel.Left.Tire.Pressure 290"]),
        ("tpms_soft_warning_rr", "true", ["Row2.Wheel.Right.Tire.IsPressureLow true"]),
        ("display_name", "Grüße", []),
    ])
    func teslamate(key: String, payload: String, expected: [String]) throws {
        try check("teslamate", "teslamate/cars/1/\(key)", payload, expected)
    }

    @Test func `TeslaMate's place is a document, and its prefix a setting`() throws {
        try check(
            "teslamate", "teslamate/home/cars/1/location",
            #"{"latitude":37.7,"longitude":-122.4}"#,
            ["CurrentLocation.Latitude 37.7", "CurrentLocation.Longitude -122.4"],
            settings: ["prefix": "teslamate/home"])
    }

    @Test func `CarConnectivity's JSON has unit and time, in any order of keys`() throws {
        var source = try DescribedSource("carconnectivity")
        let base = "carconnectivity/0/garage/WVW1/"
        let time = "event 2025-01-01T10:00:00.000Z"
        #expect(
            try source.lines(
                base + "odometer_json",
                #"{"val":12345.0,"upd":"2025-01-01 10:00:00+00:00","uni":"km"}"#, isRetained: true)
                == ["TraveledDistance 12345000 \(time) retained"])
        #expect(
            try source.lines(
                base + "odometer_json",
                #"{"uni":"mi","upd":"2025-01-01 10:00:00+00:00","val":"100"}"#)
                == ["TraveledDistance 160934 \(time)"])
        #expect(
            try source.lines(
                base + "maintenance/inspection_due_at_json",
                #"{"val":"2025-02-01 10:00:00+00:00","upd":"2025-01-01 10:00:00+00:00","uni":null}"#
            ) == ["Service.TimeToService 2678400 \(time)"])
        #expect(
            try source.lines(
                base + "maintenance/inspection_due_after_json",
                #"{"val":-200,"uni":"km","upd":"2025-01-01 10:00:00+00:00"}"#)
                == ["Service.DistanceToService -200.0 \(time)"])
        #expect(try source.lines(base + "doors/lock_state", "locked") == ["ignored"])
    }

    @Test func `CarConnectivity's simple format follows the locale of its process`() throws {
        let topic = "carconnectivity/0/garage/WVW1/odometer"
        try check("carconnectivity", topic, "100", ["TraveledDistance 100000"])
        try check(
            "carconnectivity", topic, "100", ["TraveledDistance 160934"],
            settings: ["distance": "mi"])
        try check(
            "carconnectivity", "carconnectivity/0/garage/WVW1/maintenance/inspection_due_at",
            "2026-02-03T02:40:00+00:00", ["Service.TimeToService 86400"])
        try check(
            "carconnectivity", "carconnectivity/0/garage/WVW1/outside_temperature", "50",
            ["Exterior.AirTemperature 10.0"], settings: ["temperature": "fahrenheit"])
    }

    @Test(arguments: [
        ("odometer", "43210", ["TraveledDistance 43210000"]),
        ("km_to_service", "1200", ["Service.DistanceToService 1200.0"]),
        ("time_to_service", "12 months", ["Service.TimeToService 31557600"]),
        ("time_to_service", "3 days", ["Service.TimeToService 259200"]),
        ("service_warning_status", "NO_WARNING", ["Service.IsServiceDue false"]),
        (
            "service_warning_status", "REGULAR_MAINTENANCE_OVERDUE_FOR_SERVICE",
            ["Service.IsServiceDue true"]
        ),
        ("tyre_rear_left", "VERY_LOW_PRESSURE", ["Row2.Wheel.Left.Tire.IsPressureLow true"]),
        ("tyre_rear_left", "UNSPECIFIED", []), ("warnings", "0", []),
        ("odometer", "unknown", []), ("km_to_service", "unavailable", []),
        ("time_to_service", "None", []), ("service_warning_status", "unknown", []),
    ])
    func volvo2mqtt(field: String, payload: String, expected: [String]) throws {
        try check(
            "volvo2mqtt", "homeassistant/sensor/YV1XZ_\(field)/state", payload, expected)
    }

    @Test func `volvo2mqtt says km where its locale counts miles`() throws {
        try check(
            "volvo2mqtt", "homeassistant/sensor/YV1XZ_km_to_service/state", "100",
            ["Service.DistanceToService 160.9344"], settings: ["distance": "mi"])
    }

    @Test(arguments: [
        ("drivetrain/mileage", "15000.5", ["TraveledDistance 15000500"]),
        ("drivetrain/mileage", "0", []),
        ("drivetrain/auxiliaryBatteryVoltage", "12.3", ["LowVoltageBattery.CurrentVoltage 12.3"]),
        ("tyres/frontLeftPressure", "2.36", ["Row1.Wheel.Left.Tire.Pressure 236"]),
        ("drivetrain/charging", "True", ["TractionBattery.Charging.IsCharging true"]),
        ("info/brand", "MG", []),
    ])
    func saic(key: String, payload: String, expected: [String]) throws {
        try check("saic", "saic/me@example.org/vehicles/LSJ1/\(key)", payload, expected)
    }

    @Test(arguments: [
        ("odometer", "7000.1", ["TraveledDistance 7000100"]), ("odometer", "0", []),
        ("odometer", "0.0", []),
        ("battery12v", "83", ["Diagnostics.Ext.LowVoltageBatteryStateOfCharge 83.0"]),
    ])
    func `hyundai and kia: 0 means missing`(
        column: String, payload: String, expected: [String]
    ) throws {
        let base = "hyundai_kia_connect_monitor/KMH1/"
        try check(
            "hyundai_kia_connect_monitor", base + "monitor/monitor/\(column)", payload, expected)
        try check(
            "hyundai_kia_connect_monitor", base + "tripinfo/day/driven", payload, ["ignored"])
    }

    @Test func `evcc never names a vehicle, and is taken only where a site says so`() throws {
        let topic = "evcc/loadpoints/1/vehicleOdometer"
        try check("evcc", topic, "123.456", ["ignored"])
        try check(
            "evcc", topic, "123.456", ["TraveledDistance 123456"], settings: ["take": "text"])
        try check("evcc", topic, "", [], settings: ["take": "text"])
        let source = try DescribedSource("evcc").fast.sources
        let id = try #require(source.source(named: "evcc"))
        #expect(!source.mayEnrol(id))
        let bmw = try DescribedSource("bmw").fast.sources
        #expect(bmw.mayEnrol(try #require(bmw.source(named: "bmw"))))
    }

    @Test func `WeConnect: the largest number of 32 bits is none`() throws {
        let base = "weconnect/0/vehicles/WVW1/domains/"
        let mileage = base + "vehicleHealthInspection/maintenanceStatus/mileage_km"
        try check("weconnect", mileage, "2147483647", [])
        try check("weconnect", mileage, "42000", ["TraveledDistance 42000000"])
        try check(
            "weconnect", base + "vehicleHealthInspection/maintenanceStatus/inspectionDue_days",
            "-3", ["Service.TimeToService -259200"])
        try check("weconnect", "weconnect/0/vehicles/WVW1/parking", "x", ["ignored"])
    }
}
