public import TriggerRules

/// Reads the files of `config/rules/`: one a family of rules, with version and thresholds.
///
/// ## Keys of every file
/// - `rule` (word, required): `service` (SV-01, SV-02), `low_voltage_battery` (SV-12) or
///   `trouble_codes` (SV-16).
/// - `version` (number, required): raise it with every change; stands beside every trigger.
/// - `enabled` (true or false, default true).
///
/// The thresholds are those of ``ServiceRule``, ``BatteryRule`` and ``CodeRule``; the shipped files
/// explain each.
public enum RuleFile {
    static let names = ["service", "low_voltage_battery", "trouble_codes"]

    /// Reads all files of a site; a family without a file keeps its defaults. Every mistake found
    /// in any of them is in the error.
    public static func load(
        _ files: [(text: String, file: String)]
    ) throws(ConfigurationMistakes) -> RuleSet {
        let mistakes = MistakeList()
        var rules = RuleSet()
        var firstFile: [String: String] = [:]
        for (text, file) in files {
            let root = YAMLMapping.root(of: text, file: file, mistakes: mistakes)
            guard let name = root.requiredString("rule", example: names[0]) else { continue }
            guard names.contains(name) else {
                _ = root.word("rule", of: names, default: names[0])
                continue
            }
            if let other = firstFile.updateValue(file, forKey: name) {
                root.report(
                    "rule", "\(name) stands in \(other) already",
                    remedy: "keep one file a rule; vehicle classes go into its list  classes")
            }
            switch name {
            case "service": readService(root, into: &rules)
            case "low_voltage_battery": rules.battery = battery(root)
            default: rules.codes = codes(root)
            }
            root.finish()
        }
        try mistakes.throwIfAny()
        return rules
    }

    private static func version(_ root: YAMLMapping) -> UInt16 {
        if !root.has("version") {
            root.report(
                "version", "version is missing",
                remedy: "write  version: 1  and raise it with every change")
        }
        return UInt16(root.int("version", in: 1...Int(UInt16.max), default: 1))
    }

    private static func readService(_ root: YAMLMapping, into rules: inout RuleSet) {
        var rule = ServiceRule()
        rule.version = version(root)
        rule.isEnabled = root.bool("enabled", default: rule.isEnabled)
        readThresholds(root, into: &rule)
        rules.service = rule
        for entry in root.mappings("classes") {
            guard let name = entry.requiredString("class", example: "BEV") else { continue }
            var special = rule
            special.isEnabled = entry.bool("enabled", default: rule.isEnabled)
            readThresholds(entry, into: &special)
            if !rules.setService(special, forClass: name) {
                entry.report(
                    "class", "more than \(RuleSet.classesMax) classes",
                    remedy: "put classes with the same thresholds together")
            }
            entry.finish()
        }
    }

    private static func readThresholds(_ root: YAMLMapping, into rule: inout ServiceRule) {
        let days = 0.0...3650.0
        let kilometres = 0.0...1_000_000.0
        rule.openDays = root.double("open_days", in: days, default: rule.openDays)
        rule.openKilometres = root.double("open_km", in: kilometres, default: rule.openKilometres)
        rule.overdueDays = root.double("overdue_days", in: days, default: rule.overdueDays)
        rule.overdueKilometres = root.double(
            "overdue_km", in: kilometres, default: rule.overdueKilometres)
        rule.quietDaysAfterVisit = root.double(
            "quiet_days_after_visit", in: days, default: rule.quietDaysAfterVisit)
        rule.staleDays = root.double("stale_days", in: 1...365, default: rule.staleDays)
        rule.uncertainDays = root.double("uncertain_days", in: days, default: rule.uncertainDays)
        rule.dailyKilometresDefault = root.double(
            "daily_km_default", in: 1...2500, default: rule.dailyKilometresDefault)
        rule.resetShare = root.double("reset_share", in: 0.1...1, default: rule.resetShare)
        rule.intervalKilometres = root.double(
            "interval_km_default", in: 1000...200_000, default: rule.intervalKilometres)
        rule.intervalDays = root.double(
            "interval_days_default", in: 30...3650, default: rule.intervalDays)
        rule.updateDays = root.double("update_days", in: 1...365, default: rule.updateDays)
    }

    private static func battery(_ root: YAMLMapping) -> BatteryRule {
        var rule = BatteryRule()
        let volts = 8.0...16.0
        rule.version = version(root)
        rule.isEnabled = root.bool("enabled", default: rule.isEnabled)
        rule.restHours = root.double("rest_hours", in: 0.5...72, default: rule.restHours)
        rule.chargingVolts = root.double("charging_v", in: volts, default: rule.chargingVolts)
        rule.lowVolts = root.double("low_v", in: volts, default: rule.lowVolts)
        rule.lowRests = root.int("low_rests", in: 1...8, default: rule.lowRests)
        rule.ofRests = root.int("of_rests", in: 1...8, default: rule.ofRests)
        rule.veryLowVolts = root.double("very_low_v", in: volts, default: rule.veryLowVolts)
        rule.veryLowRests = root.int("very_low_rests", in: 1...8, default: rule.veryLowRests)
        rule.clearVolts = root.double("clear_v", in: volts, default: rule.clearVolts)
        rule.clearRests = root.int("clear_rests", in: 1...8, default: rule.clearRests)
        rule.agmOffsetVolts = root.double("agm_offset_v", in: 0...1, default: rule.agmOffsetVolts)
        if !(rule.veryLowVolts <= rule.lowVolts && rule.lowVolts < rule.clearVolts
            && rule.clearVolts < rule.chargingVolts)
        {
            root.report(
                "low_v", "the voltages are not in order",
                remedy: "very_low_v ≤ low_v < clear_v < charging_v")
        }
        if rule.lowRests > rule.ofRests {
            root.report(
                "low_rests", "\(rule.lowRests) low rests cannot be among \(rule.ofRests)",
                remedy: "low_rests ≤ of_rests")
        }
        return rule
    }

    private static func codes(_ root: YAMLMapping) -> CodeRule {
        var rule = CodeRule()
        rule.version = version(root)
        rule.isEnabled = root.bool("enabled", default: rule.isEnabled)
        rule.cyclesMin = root.int("drive_cycles", in: 1...10, default: rule.cyclesMin)
        rule.cycleGapMinutes = root.double(
            "cycle_gap_minutes", in: 1...1440, default: rule.cycleGapMinutes)
        rule.clearCycles = root.int("clear_cycles", in: 1...40, default: rule.clearCycles)
        rule.clearDays = root.double("clear_days", in: 1...365, default: rule.clearDays)
        return rule
    }
}
