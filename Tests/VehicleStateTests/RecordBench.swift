import VehicleSignals
import VehicleState

/// Numbers that look random and are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A record with everything that feeding it takes.
struct RecordBench {
    static let definitions: [SignalDefinition] = [
        SignalDefinition(
            path: "Vehicle.TraveledDistance", datatype: .uint32, unit: Unit(named: "m") ?? .none),
        SignalDefinition(
            path: "Vehicle.Speed", datatype: .float, unit: Unit(named: "km/h") ?? .none),
        SignalDefinition(
            path: "Vehicle.Exterior.AirTemperature", datatype: .float,
            unit: Unit(named: "celsius") ?? .none),
        SignalDefinition(
            path: "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", datatype: .uint16,
            unit: Unit(named: "kPa") ?? .none),
        SignalDefinition(
            path: "Vehicle.Powertrain.FuelSystem.RelativeLevel", datatype: .uint8,
            unit: Unit(named: "percent") ?? .none),
    ]
    static let catalogue = makeCatalogue()
    static let roles = SignalRoles(catalogue: catalogue)
    /// Two hours east of UTC, so that local days differ from those of UTC.
    static let zone = TimeZoneRules(
        name: "Test/East", stretches: [.init(from: .distantPast, offsetSeconds: 7200)])

    private static func makeCatalogue() -> SignalCatalogue {
        do { return try SignalCatalogue(definitions) } catch {
            preconditionFailure("the test's own catalogue is sound: \(error)")
        }
    }

    static let odometer = SignalID(0)
    static let speed = SignalID(1)
    static let temperature = SignalID(2)
    static let tyre = SignalID(3)
    static let fuel = SignalID(4)

    var record = VehicleRecord()
    var configuration = StateConfiguration()
    var now = Timestamp(seconds: 2_000_000_000)

    @discardableResult
    mutating func take(
        _ reading: Reading, source: UInt16 = 0, origin: UInt16? = nil
    ) -> MessageOutcome {
        var outcome = MessageOutcome()
        _ = record.apply(
            reading, source: SourceID(source), origin: OriginID(origin ?? source + 1),
            roles: Self.roles, zone: Self.zone, now: now, configuration: configuration,
            outcome: &outcome)
        return outcome
    }

    @discardableResult
    mutating func odometer(
        km: Double, at time: Timestamp, source: UInt16 = 0
    ) -> MessageOutcome {
        take(Self.reading(Self.odometer, Int64((km * 1000).rounded()), at: time), source: source)
    }

    static func reading(
        _ signal: SignalID, _ value: Int64, at time: Timestamp, quality: TimeQuality = .event,
        isRetained: Bool = false
    ) -> Reading {
        Reading(
            signal: signal, time: time, timeQuality: quality, isRetained: isRetained,
            kind: .integer, bits: UInt64(bitPattern: value))
    }

    static func reading(_ signal: SignalID, _ value: Double, at time: Timestamp) -> Reading {
        Reading(
            signal: signal, time: time, timeQuality: .event, isRetained: false, kind: .double,
            bits: value.bitPattern)
    }

    /// The believed odometer in kilometres.
    var kilometres: Double { Double(record.odometer().metres) / 1000 }

    mutating func days() -> [VehicleDay] {
        var days: [VehicleDay] = []
        record.takeChangedDays(into: &days)
        return days
    }
}

/// 1 January 2026, noon UTC, and so many days and hours after it.
func noon(_ day: Int, _ hours: Double = 0) -> Timestamp {
    Timestamp(seconds: 1_767_268_800 + Int64(day) * 86_400 + Int64(hours * 3600))
}
