// Units as payloads name them: words, symbols and abbreviations of many hands, in any case.

extension Unit {
    /// Every word that names a unit in a payload, in small letters. Case tells no two units of this
    /// house apart (there is no mega beside the milli), so it is not looked at.
    public static let words: [String: Unit] = {
        var words: [String: Unit] = [:]
        for symbol in symbols { words[lowercased(symbol)] = Unit(named: symbol) }
        for (symbol, spellings) in spellingsInPayloads {
            for spelling in spellings.split(separator: " ") {
                words[String(spelling)] = Unit(named: symbol)
            }
        }
        return words
    }()

    private static let spellingsInPayloads: [(String, String)] = [
        ("m", "meters meter metres metre"), ("km", "kilometers kilometer kilometres kms"),
        ("mi", "miles mile"),
        ("km/h", "kmh kph kilometers_per_hour"), ("mph", "miles_per_hour mi/h"),
        ("m/s", "meters_per_second"), ("knots", "kn kt knot"),
        ("celsius", "cel degc °c c deg_c degrees_celsius"), ("fahrenheit", "degf °f f"),
        ("kelvin", "k"),
        ("kPa", "kilopascals kilopascal"), ("bar", "bars"), ("mbar", "millibars"),
        ("Pa", "pascals"), ("psi", "pounds_force_per_square_inch"), ("atm", "atmospheres"),
        ("V", "volts volt"), ("mV", "millivolts millivolt"), ("A", "amperes amps"),
        ("mA", "milliamperes"), ("W", "watts watt"), ("kW", "kilowatts kilowatt"),
        ("kWh", "kilowatt_hours"), ("Wh", "watt_hours"), ("percent", "% percentage"),
        ("s", "seconds second sec"), ("ms", "milliseconds"), ("min", "minutes minute"),
        ("h", "hours hour"), ("days", "day d"), ("weeks", "week"), ("months", "month"),
        ("l", "liters liter litres litre"), ("ml", "milliliters"), ("gal", "gallons gallon"),
        ("degrees", "° deg degree"), ("rpm", "1/min revolutions_per_minute"),
    ]

    private static func lowercased(_ text: String) -> String {
        String(
            decoding: text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
