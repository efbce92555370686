import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `units of CAN databases` {
    static let known: [(words: [String], symbol: String)] = [
        (["degC", "deg C", "DegC", "Degrees C", "degreesC", "°C", "ºC", "Cel"], "celsius"),
        (["Unit_DegreCelsi", "deg  c", "Celsius"], "celsius"),
        (["deg F", "degF", "Degrees F"], "fahrenheit"),
        (["kph", "KPH", "Kph", "km / h", "Km/h", "Unit_KiloMeterPerHour", "km/hr"], "km/h"),
        (["MPH", "mph"], "mph"), (["m/s", "m/sec", "Unit_MeterPerSecon"], "m/s"),
        (["Volt", "volt", "VOLT", "volts", "V", "Unit_Volt"], "V"),
        (["Amps", "ampere", "A", "Unit_Amper"], "A"), (["mV"], "mV"), (["mA"], "mA"),
        (["sec", "second", "Seconds", "secs", "s", "Unit_Secon"], "s"),
        (["ms", "millisecond", "Unit_MilliSecon"], "ms"),
        (["minute", "Minutes", "min", "Unit_Minut"], "min"),
        (["hr", "Hour", "hours", "h", "Unit_Hours"], "h"), (["Day", "Unit_Day"], "days"),
        (["meter", "Meters", "m", "Unit_Meter"], "m"),
        (["km", "Km", "KM", "kilometer", "Unit_KiloMeter"], "km"), (["miles"], "mi"),
        (["litre", "liters", "L", "l", "Unit_Liter"], "l"), (["Unit_MilliLiter"], "ml"),
        (["percent", "Percent", "%", "Unit_PerCent"], "percent"),
        (["kpa", "KPa", "kilopascal", "KiloPascal"], "kPa"), (["Psi", "PSI"], "psi"),
        (["hPa", "Millibar", "mbar", "Unit_MilliBar"], "mbar"), (["Bar", "Unit_Bar"], "bar"),
        (["kW", "KW", "Unit_KiloWatt"], "kW"), (["watts"], "W"),
        (["RPM", "1/min", "U/min", "r/min", "Unit_MinutInver"], "rpm"),
        (["deg", "Degrees", "°", "Unit_DegreOfArc"], "degrees"),
        (["", "unitless", "Unitless", "-", "Unit_None"], ""),
    ]

    private func unit(_ text: String) -> Unit? {
        DBCSignal(name: "S", startBit: 0, bitCount: 8, unit: text).knownUnit
    }

    @Test(arguments: known.indices)
    func `are known as published databases write them`(index: Int) {
        let (words, symbol) = Self.known[index]
        for word in words { #expect(unit(word)?.symbol == symbol, "\(word)") }
    }

    /// Coulomb, farad, siemens, henry, mega, kilonewton, megavolt, newtonmetre, and texts that
    /// only begin with a unit.
    @Test(arguments: [
        "C", "c", "F", "K", "k", "S", "H", "M", "D", "kN", "KN", "MV", "MA", "MS", "Nm", "NM",
        "kPaG", "km/h or MPH", "% full", "deg/s", "km/l", "km h", "counts", "SED", "N/A", "unit_",
    ])
    func `that may mean something else are not guessed`(word: String) {
        #expect(unit(word) == nil)
    }
}
