public import VehicleSignals

/// What the house does with a signal beside keeping its newest value.
public enum SignalRole: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Kept as newest value, nothing more.
    case plain = 0
    /// Not kept: texts, positions.
    case ignored
    case odometer
    case speed
    case serviceDistance
    case serviceTime
    case oilDistance
    case oilTime
    case serviceDue
    case lowVoltage
    case lowVoltageState
    case troubleCodes
    case confirmedCodes
    case malfunctionLamp

    /// The path that gives a signal this role; `nil` for the two general ones.
    public var path: String? {
        switch self {
        case .plain, .ignored: nil
        case .odometer: "Vehicle.TraveledDistance"
        case .speed: "Vehicle.Speed"
        case .serviceDistance: "Vehicle.Service.DistanceToService"
        case .serviceTime: "Vehicle.Service.TimeToService"
        case .oilDistance: "Vehicle.Service.Ext.DistanceToOilService"
        case .oilTime: "Vehicle.Service.Ext.TimeToOilService"
        case .serviceDue: "Vehicle.Service.IsServiceDue"
        case .lowVoltage: "Vehicle.LowVoltageBattery.CurrentVoltage"
        case .lowVoltageState: "Vehicle.LowVoltageSystemState"
        case .troubleCodes: "Vehicle.Diagnostics.DTCList"
        case .confirmedCodes: "Vehicle.Diagnostics.Ext.ConfirmedDTCList"
        case .malfunctionLamp: "Vehicle.Diagnostics.Ext.IsMILOn"
        }
    }
}

/// The frozen table from signal number to role and sentinels; made at start from the catalogue.
public struct SignalRoles: Sendable {
    /// All that is asked of a signal in one load.
    struct Entry: Sendable, BitwiseCopyable {
        var role: SignalRole
        /// A whole number that means "not available"; `Int64.min` where there is none.
        var sentinel: Int64
        /// 0 means "not available" too (a sleeping tyre sensor).
        var isZeroAbsent: Bool
        /// The unit is metres per value for distances, seconds per value for times, 1 otherwise.
        var scale: Double
    }

    let entries: [Entry]
    /// Numbers of the words of `Vehicle.LowVoltageSystemState` that mean "awake": bit n is word n.
    let awakeWords: UInt64
    /// Numbers of the words that mean "asleep" (LOCK, OFF).
    let asleepWords: UInt64

    /// - Parameter isKept: whether the newest value of a signal is kept; positions usually not.
    public init(catalogue: SignalCatalogue, isKept: (SignalDefinition) -> Bool = { _ in true }) {
        var byPath: [String: SignalRole] = [:]
        for role in SignalRole.allCases { if let path = role.path { byPath[path] = role } }
        var awake: UInt64 = 0
        var asleep: UInt64 = 0
        entries = catalogue.definitions.map { definition in
            let role = byPath[definition.path] ?? (isKept(definition) ? .plain : .ignored)
            if role == .lowVoltageState {
                for (index, word) in definition.allowed.enumerated() where index < 64 {
                    switch word {
                    case "ACC", "ON", "START": awake |= 1 << UInt64(index)
                    case "LOCK", "OFF": asleep |= 1 << UInt64(index)
                    default: break
                    }
                }
            }
            return Entry(
                role: role, sentinel: Self.sentinel(definition.datatype),
                isZeroAbsent: definition.path.hasSuffix(".Tire.Pressure"),
                scale: Self.scale(definition))
        }
        awakeWords = awake
        asleepWords = asleep
    }

    /// All bits set, or the largest value of a signed datatype.
    private static func sentinel(_ datatype: SignalDefinition.Datatype) -> Int64 {
        switch datatype {
        case .uint8, .uint16, .uint32, .int16, .int32, .int64, .uint64:
            datatype.integerRange?.upperBound ?? .min
        case .boolean, .int8, .float, .double, .string, .troubleCodes: .min
        }
    }

    private static func scale(_ definition: SignalDefinition) -> Double {
        let base: Unit? =
            switch definition.unit.dimension {
            case .distance: Unit(named: "m")
            case .time: Unit(named: "s")
            default: nil
            }
        guard let base, let conversion = definition.unit.conversion(to: base) else { return 1 }
        return conversion.factor / conversion.divisor
    }

    /// What a signal is for. `.ignored` for numbers that the catalogue does not have.
    public func role(of signal: SignalID) -> SignalRole {
        Int(signal.number) < entries.count ? entries[Int(signal.number)].role : .ignored
    }

    /// The value of a distance in whole metres or of a time in whole seconds, whatever unit the
    /// catalogue gives them; `nil` where the reading is no number or does not fit.
    public func baseUnits(_ reading: Reading) -> Int64? {
        guard let number = reading.number else { return nil }
        return Int64(exactly: (number * entries[Int(reading.signal.number)].scale).rounded())
    }

    /// Whether the reading is a stand-in for "not available" (invariant: absent is never 0).
    public func isSentinel(_ reading: Reading) -> Bool {
        let entry = entries[Int(reading.signal.number)]
        guard reading.kind == .integer || reading.kind == .double else { return false }
        guard let whole = reading.wholeNumber else { return true }
        if whole == 0 { return entry.isZeroAbsent && reading.bits << 1 == 0 }
        if whole == entry.sentinel { return true }
        guard entry.role == .odometer, let metres = baseUnits(reading) else { return false }
        return Self.isOdometerSentinel(metres)
    }

    /// 16 and 31 set bits as metres, kilometres and miles, and what no odometer shows.
    private static func isOdometerSentinel(_ metres: Int64) -> Bool {
        switch metres {
        case 65_535, 65_535_000, 105_468_359, 2_147_483_647: true
        default: metres < 0 || metres >= Int64(UInt32.max)
        }
    }

    /// Whether the state of the low-voltage system means that somebody is at the car.
    public func isAwake(_ reading: Reading) -> Bool {
        reading.kind == .allowed && reading.bits < 64 && awakeWords >> reading.bits & 1 == 1
    }

    /// Whether the state means that the car is left alone.
    public func isAsleep(_ reading: Reading) -> Bool {
        reading.kind == .allowed && reading.bits < 64 && asleepWords >> reading.bits & 1 == 1
    }
}
