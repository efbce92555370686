import Testing
import VehicleSignals

@Suite struct UnitTests {
    @Test(
        arguments: [
            ("mi", "km", 100, 160.9344), ("km", "m", 12.5, 12_500), ("m", "mi", 1609.344, 1),
            ("mph", "km/h", 60, 96.56064), ("m/s", "km/h", 10, 36),
            ("fahrenheit", "celsius", 212, 100),
            ("fahrenheit", "celsius", -40, -40), ("celsius", "fahrenheit", 37, 98.6),
            ("kelvin", "celsius", 0, -273.15), ("kelvin", "fahrenheit", 273.15, 32),
            ("psi", "kPa", 35, 241.31650526088), ("bar", "kPa", 2.3, 230), ("kPa", "bar", 230, 2.3),
            ("atm", "kPa", 2, 202.65), ("mV", "V", 12_600, 12.6), ("kW", "W", -7.2, -7200),
            ("ratio", "percent", 0.83, 83), ("days", "s", 30, 2_592_000), ("h", "min", 1.5, 90),
            ("weeks", "days", 2, 14), ("months", "days", 12, 365.25), ("gal", "l", 10, 37.85411784),
        ] as [(String, String, Double, Double)])
    func `values convert`(from: String, to: String, value: Double, expected: Double) throws {
        let source = try #require(Unit(named: from))
        let target = try #require(Unit(named: to))
        let conversion = try #require(source.conversion(to: target))
        #expect(abs(conversion.apply(value) - expected) <= 1e-9 * max(1, abs(expected)))
    }

    @Test func `there and back again is the same, for all pairs`() throws {
        let units = try Unit.symbols.map { try #require(Unit(named: $0)) }
        for from in units {
            for to in units {
                guard let there = from.conversion(to: to) else {
                    #expect(from.dimension != to.dimension)
                    continue
                }
                let back = try #require(to.conversion(to: from))
                for value in [-40.0, 0, 1, 12.5, 300_000] {
                    let returned = back.apply(there.apply(value))
                    #expect(
                        abs(returned - value) < 1e-6 * max(1, abs(value)),
                        "\(value) \(from.symbol) by \(to.symbol) is \(returned)")
                }
            }
        }
    }

    @Test func `a unit converts into itself without any rounding`() throws {
        for symbol in Unit.symbols {
            let unit = try #require(Unit(named: symbol))
            #expect(unit.conversion(to: unit)?.isIdentity == true)
        }
        #expect(Unit.none.conversion(to: .none)?.isIdentity == true)
    }

    /// What the double nearest to the true result looks like when it is written down.
    @Test(
        arguments: [
            ("mV", "V", 12_008, "12.008"), ("m", "km", 123_456_789, "123456.789"),
            ("s", "h", 3600, "1.0"), ("s", "h", 4_320, "1.2"),
            ("min", "h", 62, "1.0333333333333334"),
            ("h", "days", 36, "1.5"), ("ms", "s", 1_234_567, "1234.567"),
            ("fahrenheit", "celsius", 212, "100.0"), ("fahrenheit", "celsius", 70.7, "21.5"),
            ("celsius", "fahrenheit", 21.5, "70.7"), ("kelvin", "fahrenheit", 273.15, "32.0"),
            ("Wh", "kWh", 70_700, "70.7"), ("Pa", "kPa", 234_567, "234.567"),
            ("mbar", "kPa", 2_345, "234.5"), ("kPa", "bar", 230, "2.3"),
            ("km", "mi", 160.9344, "100.0"), ("mi", "km", 100, "160.9344"),
            ("percent", "ratio", 7, "0.07"), ("km/h", "m/s", 36, "10.0"),
        ] as [(String, String, Double, String)])
    func `a conversion leaves no noise in the last digit`(
        from: String, to: String, value: Double, expected: String
    ) throws {
        let conversion = try #require(Unit(named: from)?.conversion(to: Unit(named: to) ?? .none))
        #expect(conversion.apply(value).description == expected)
    }

    @Test(
        arguments: [
            (0.001, 0, "V", "V", 12_008, "12.008"),
            (0.0000001, 0, "degrees", "degrees", 545_686_983, "54.5686983"),
            (0.05, 0, "h", "h", 4384, "219.2"), (0.05, 0, "h", "s", 4384, "789120.0"),
            (0.4, 0, "percent", "percent", 3, "1.2"),
            (1.0 / 255, 0, "ratio", "percent", 51, "20.0"),
            (0.1, -40, "celsius", "celsius", 617, "21.7"),
            (0.03125, -273, "celsius", "celsius", 9_000, "8.25"),
            (5, -160_635, "km", "km", 32_127, "0.0"), (-1, 0, "A", "A", 1.5, "-1.5"),
            (-0.1, 0, "A", "A", 7, "-0.7"), (0.3048, 0, "m", "m", 10, "3.048"),
            (1000, 0, "mV", "V", 12.7, "12.7"), (0, 3, "km", "km", 5, "3.0"),
        ] as [(Double, Double, String, String, Double, String)])
    func `nor does a scale of a source in front of it`(
        scale: Double, offset: Double, from: String, to: String, value: Double, expected: String
    ) throws {
        let conversion = try #require(Unit(named: from)?.conversion(to: Unit(named: to) ?? .none))
            .preceded(byScale: scale, offset: offset)
        #expect(conversion.apply(value).description == expected)
    }

    @Test func `whole factors stay whole, whatever they are made of`() throws {
        let metres = try #require(Unit(named: "km")?.conversion(to: Unit(named: "m") ?? .none))
        #expect(metres.wholeFactor == 1000)
        #expect(metres.preceded(byScale: 0.001, offset: 0).wholeFactor == 1)
        #expect(metres.preceded(byScale: 0.1, offset: 0).wholeFactor == 100)
        #expect(metres.preceded(byScale: 0.0001, offset: 0).wholeFactor == 0)
        #expect(metres.preceded(byScale: 1, offset: 5).wholeFactor == 0)
        #expect(metres.preceded(byScale: 0.001, offset: 0).isIdentity)
    }

    @Test func `different things do not convert`() throws {
        let distance = try #require(Unit(named: "km"))
        let speed = try #require(Unit(named: "km/h"))
        #expect(distance.conversion(to: speed) == nil)
        #expect(distance.conversion(to: .none) == nil)
    }

    @Test(arguments: [
        ("kilometers", "km"), ("%", "percent"), ("Celsius", "celsius"), ("°F", "fahrenheit"),
        ("kpa", "kPa"), ("kmh", "km/h"), ("liters", "l"), ("", ""),
    ])
    func `common spellings are understood`(name: String, symbol: String) {
        #expect(Unit(named: name)?.symbol == symbol)
    }

    @Test func `unknown names are refused and every spelling leads somewhere`() {
        #expect(Unit(named: "furlong") == nil)
        #expect(Unit(named: "KM") == nil)
        #expect(Set(Unit.symbols).count == Unit.symbols.count)
    }
}
