public import VehicleSignals

// Units as CAN databases name them.

extension DBCSignal {
    /// The unit that the database gives, in whatever way it writes it; `nil` where it is none of
    /// this house, or where the word may mean several (`C` is coulomb too, and `kN` no knot): then
    /// a mapping has to say it.
    public var knownUnit: Unit? {
        if let known = Unit(named: unit) { return known }
        // In symbols of one and two letters the case may be all that tells two units apart.
        let isSymbol = unit.unicodeScalars.count <= 2
        let word = isSymbol ? unit : DatabaseUnits.normalized(unit)
        return DatabaseUnits.words[word]
    }
}

/// The words of payloads and those that only databases have.
private enum DatabaseUnits {
    /// In small letters, but for symbols of up to two letters.
    static let words: [String: Unit] = {
        // One letter alone is taken as `Unit(named:)` takes it.
        var words = Unit.words.filter { $0.key.unicodeScalars.count > 1 }
        for (symbol, spellings) in spellings {
            for spelling in spellings { words[spelling] = Unit(named: symbol) }
        }
        return words
    }()

    /// From the databases of opendbc, with their other spellings. `unit_…` are the names that
    /// Volkswagen's tool cuts to length.
    private static let spellings: [(symbol: String, spellings: [String])] = [
        ("", ["unitless", "unit_none", "-"]),
        ("m", ["unit_meter"]), ("km", ["Km", "KM", "kilometre", "unit_kilometer"]),
        ("km/h", ["km/hr", "kilometer/hour", "unit_kilometerperhour"]),
        ("m/s", ["m/sec", "meter/sec", "meters/sec", "unit_meterpersecon", "unit_meterpersecond"]),
        (
            "celsius",
            [
                "deg c", "deg. c", "degree c", "degrees c", "degreec", "degreesc", "degree celsius",
                "degrees celsius", "° c", "ºC", "℃", "unit_degrecelsi",
            ]
        ),
        ("fahrenheit", ["deg f", "deg. f", "degree f", "degrees f", "degreef", "degreesf", "° f"]),
        ("bar", ["unit_bar"]), ("mbar", ["millibar", "hpa", "unit_millibar"]),
        ("V", ["unit_volt"]), ("mV", ["unit_millivolt"]),
        ("A", ["ampere", "amp", "unit_amper"]), ("mA", ["unit_milliamper"]),
        ("W", ["unit_watt"]), ("kW", ["KW", "Kw", "unit_kilowatt"]), ("Wh", ["unit_watthour"]),
        ("percent", ["unit_percent"]),
        ("s", ["secs", "unit_secon"]), ("ms", ["millisecond", "unit_millisecon"]),
        ("min", ["unit_minut"]), ("h", ["hr", "hrs", "unit_hours"]), ("days", ["unit_day"]),
        ("months", ["unit_month"]),
        ("l", ["L", "unit_liter"]), ("ml", ["milliliter", "unit_milliliter"]),
        ("degrees", ["unit_degreofarc", "unit_degreeofarc"]),
        ("rpm", ["r/min", "rev/min", "u/min", "unit_minutinver"]),
    ]

    /// In small letters, with one blank between words and none around a stroke (`km / h`).
    static func normalized(_ unit: String) -> String {
        var text = ""
        for word in unit.lowercased().split(separator: " ") {
            if !text.isEmpty, text.last != "/", word.first != "/" { text += " " }
            text += word
        }
        return text
    }
}
