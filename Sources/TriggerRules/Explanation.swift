public import VehicleSignals
public import VehicleState

/// Why a rule fired for a vehicle, or why not: what `turnpike explain` shows.
public struct Explanation: Sendable {
    /// A reading, a threshold or a step with its value, for machines.
    public struct Item: Sendable, Hashable {
        public var name: String
        public var value: String
        public var unit: String
        public var observed: Timestamp?
        /// What made the reading; `.unknown` for what is no reading of a vehicle, and for what was
        /// stored before origins were kept.
        public var origin: OriginID

        public init(
            _ name: String, _ value: String, unit: String = "", observed: Timestamp? = nil,
            origin: OriginID = .unknown
        ) {
            self.name = name
            self.value = value
            self.unit = unit
            self.observed = observed
            self.origin = origin
        }
    }

    public var code: TriggerCode
    public var ruleVersion: UInt16
    /// `open`, `escalated`, `not open`, `not linked` or `switched off`.
    public var outcome: String
    public var cycle: UInt16
    public var inputs: [Item] = []
    public var thresholds: [Item] = []
    public var steps: [String] = []
    /// One sentence a condition, for what fired and for what did not.
    public var reasons: [String] = []

    init(code: TriggerCode, ruleVersion: UInt16, cycle: UInt16, outcome: String) {
        self.code = code
        self.ruleVersion = ruleVersion
        self.cycle = cycle
        self.outcome = outcome
    }

    /// For people, line by line.
    /// - Parameter naming: says in words what made a reading.
    public func lines(naming: (OriginID) -> String? = { _ in nil }) -> [String] {
        var lines = [
            "\(code.code) \(code.name), rule version \(ruleVersion), cycle \(cycle): \(outcome)"
        ]
        func add(_ title: String, _ items: [Item]) {
            if items.isEmpty { return }
            lines.append(title)
            for item in items {
                var line = "  \(item.name): \(item.value)"
                if !item.unit.isEmpty { line += " " + item.unit }
                if let observed = item.observed { line += ", " + observed.rfc3339 }
                if let words = naming(item.origin) { line += ", " + words }
                lines.append(line)
            }
        }
        add("inputs", inputs)
        add("thresholds", thresholds)
        if !steps.isEmpty { lines.append("steps") }
        for step in steps { lines.append("  " + step) }
        lines.append("reasons")
        for reason in reasons { lines.append("  " + reason) }
        return lines
    }
}

extension VehicleSlot {
    /// Explains a rule as it stands at `now`. Changes nothing; may allocate.
    public func explain(
        _ code: TriggerCode, facts: VehicleFacts, rules: RuleSet, zone: TimeZoneRules,
        now: Timestamp, configuration: StateConfiguration
    ) -> Explanation {
        var explanation =
            switch code {
            case .serviceDueSoon, .serviceOverdue:
                tracks.explainService(
                    code, record, facts, rules.service(for: facts), now, configuration.odometer)
            case .lowVoltageBattery: tracks.explainBattery(facts, rules.battery, now)
            case .troubleCodeWithLamp:
                tracks.explainCodes(record, rules.codes, zone, configuration.odometer)
            }
        if !facts.isLinked {
            explanation.outcome = "not linked"
            explanation.reasons.append(
                "No name leads to a vehicle of the registry: nothing is told.")
        }
        return explanation
    }
}
