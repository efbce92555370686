/// A unit of measure as sources and the catalogue name it.
///
/// Factors are exact by definition: international mile 1609.344 m, psi 6.894757293168 kPa,
/// standard atmosphere 101.325 kPa; a month is 30.4375 days, the mean of the Gregorian calendar
/// without its 400-year rule.
public struct Unit: Hashable, Sendable {
    /// What is measured; only units of one dimension convert into each other.
    public enum Dimension: String, Sendable {
        case none, distance, speed, temperature, pressure, voltage, current, power, energy, share
        case time, volume, angle, rotation
    }

    /// The short name used in configuration and at the doors: `km`, `kPa`, `celsius`.
    public let symbol: String
    public let dimension: Dimension
    /// How a value becomes one in the dimension's base unit.
    let base: UnitConversion

    private init(
        _ symbol: String, _ dimension: Dimension, _ factor: Double, per divisor: Double = 1,
        offset: Double = 0
    ) {
        self.symbol = symbol
        self.dimension = dimension
        base = UnitConversion(factor: factor, offset: offset, divisor: divisor)
    }

    /// No unit: counts, texts, booleans.
    public static let none = Unit("", .none, 1)

    private static let all: [Unit] = [
        none,
        Unit("m", .distance, 1), Unit("km", .distance, 1000), Unit("mi", .distance, 1609.344),
        Unit("km/h", .speed, 1), Unit("mph", .speed, 1.609344), Unit("m/s", .speed, 3.6),
        Unit("knots", .speed, 1.852),
        Unit("celsius", .temperature, 1),
        Unit("fahrenheit", .temperature, 5, per: 9, offset: -160),
        Unit("kelvin", .temperature, 1, offset: -273.15),
        Unit("kPa", .pressure, 1), Unit("bar", .pressure, 100),
        Unit("psi", .pressure, 6.894757293168),
        Unit("atm", .pressure, 101.325), Unit("mbar", .pressure, 1, per: 10),
        Unit("Pa", .pressure, 1, per: 1000),
        Unit("V", .voltage, 1), Unit("mV", .voltage, 1, per: 1000),
        Unit("A", .current, 1), Unit("mA", .current, 1, per: 1000),
        Unit("W", .power, 1), Unit("kW", .power, 1000),
        Unit("kWh", .energy, 1), Unit("Wh", .energy, 1, per: 1000),
        Unit("percent", .share, 1), Unit("ratio", .share, 100),
        Unit("s", .time, 1), Unit("ms", .time, 1, per: 1000), Unit("min", .time, 60),
        Unit("h", .time, 3600),
        Unit("days", .time, 86_400), Unit("weeks", .time, 604_800),
        Unit("months", .time, 2_629_800),
        Unit("l", .volume, 1), Unit("ml", .volume, 1, per: 1000), Unit("gal", .volume, 3.785411784),
        Unit("degrees", .angle, 1), Unit("rpm", .rotation, 1),
    ]

    private static let spellings: [String: String] = [
        "kilometers": "km", "kilometer": "km", "miles": "mi", "mile": "mi", "meters": "m",
        "metres": "m", "kilopascals": "kPa", "kpa": "kPa", "bars": "bar", "%": "percent",
        "percentage": "percent", "Celsius": "celsius", "°C": "celsius", "degc": "celsius",
        "Fahrenheit": "fahrenheit", "°F": "fahrenheit", "Kelvin": "kelvin", "volts": "V", "v": "V",
        "kwh": "kWh", "kw": "kW", "day": "days", "d": "days", "week": "weeks", "month": "months",
        "hours": "h", "minutes": "min", "seconds": "s", "kmh": "km/h", "kph": "km/h",
        "liters": "l", "litres": "l", "°": "degrees", "1/min": "rpm",
    ]

    /// The unit of that name; common spellings are understood (`kilometers`, `%`, `Celsius`).
    /// `nil` if the name is unknown.
    public init?(named name: String) {
        let symbol = Self.spellings[name] ?? name
        guard let unit = Self.all.first(where: { $0.symbol == symbol }) else { return nil }
        self = unit
    }

    /// All short names, for messages that say what may be written.
    public static var symbols: [String] { all.map(\.symbol).filter { !$0.isEmpty } }

    /// How a value in this unit becomes one in `target`; `nil` if they measure different things.
    public func conversion(to target: Unit) -> UnitConversion? {
        guard dimension == target.dimension else { return nil }
        if self == target { return .identity }
        return base.then(back: target.base)
    }
}
