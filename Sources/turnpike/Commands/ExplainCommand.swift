import ArgumentParser
import ConfigurationFiles
import CustomerStore
import Customers
import PayloadDecoding
import StateStore
import TelemetryPipeline
import TriggerRules
import VehicleSignals
import VehicleState

/// Says why a rule fired for a vehicle, or why it did not.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says why a rule fired for a vehicle, or why it did not.",
        discussion: """
            turnpike explain WVWZZZ1JZXW000001 SV-01

            Shows the inputs with their times and what made them (the source and the version of \
            its mapping), the thresholds, and a sentence for each condition; \
            then the triggers that were stored and what became of them. The state is that of the \
            last snapshot, at most state.flush_seconds old.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "A VIN, another name of the vehicle, source:name, or # and its number.")
    var vehicle: String
    @Argument(help: "SV-01, SV-02, SV-12 or SV-16.")
    var rule: String

    func run() throws {
        guard let code = TriggerCode(rule) else {
            throw ValidationError(
                "nobody knows the rule \"\(rule)\"; write one of "
                    + TriggerCode.allCases.map(\.code).joined(separator: ", "))
        }
        let loaded = try options.everything()
        let customers = try openCustomers(loaded.gateway)
        let keys = try customers.findVehicles(vehicle)
        guard let key = keys.first else {
            throw ValidationError(
                "no vehicle is known as \"\(vehicle)\"; import it, or give source:name")
        }
        guard keys.count == 1 else {
            throw ValidationError(
                "\"\(vehicle)\" is the name of \(keys.count) vehicles; give source:name")
        }
        let state = try SQLiteStateStore(path: loaded.gateway.dataFolder + "/state.db")
        let restored = try StateKeeperAdapter(store: state, sources: loaded.sources).restore(key)
        guard let slot = restored.slot else {
            throw ValidationError(
                "nothing was heard of \(vehicle) up to the last snapshot "
                    + "(position \(restored.position.number))")
        }
        let registry = RegistryLoader(
            sources: loaded.sources, rules: loaded.rules, fallbackZone: loaded.gateway.timeZone
        ).registry(of: try customers.registrySnapshot(of: key))
        // In a recording a vehicle's now is its own newest event.
        let newest = slot.record.newestEventTime
        var configuration = StateConfiguration()
        configuration.lateness = .days(Int64(loaded.gateway.state.latenessDays))
        let explanation = slot.explain(
            code, facts: registry[key]?.facts ?? VehicleFacts(), rules: loaded.rules,
            zone: registry.zone(of: key),
            now: loaded.gateway.clock == "recorded" ? newest : systemNow(),
            configuration: configuration)
        let stored = try customers.triggers(of: key).filter { Self.concerns($0.code, code) }
        try show(
            explanation, stored, position: restored.position, origins: loaded.sources.origins)
    }

    /// SV-02 escalates the SV-01 of its cycle, so both tell of either.
    private static func concerns(_ stored: String, _ code: TriggerCode) -> Bool {
        switch code {
        case .serviceDueSoon, .serviceOverdue: stored == "SV-01" || stored == "SV-02"
        default: stored == code.code
        }
    }

    private func show(
        _ explanation: Explanation, _ stored: [StoredTrigger], position: JournalPosition,
        origins: ReadingOrigins
    ) throws {
        struct Item: Encodable {
            var name, value, unit: String
            var observed, source, mapping_version: String?
        }
        struct Trigger: Encodable {
            var code, position: String
            var cycle: Int
            var status: String
            var parked: String?
            var reason: String
            var leads: [String]
        }
        struct Answer: Encodable {
            var vehicle, rule: String
            var rule_version: Int
            var outcome: String
            var cycle: Int
            var as_of_position: Int64
            var inputs, thresholds: [Item]
            var steps, reasons: [String]
            var triggers: [Trigger]
        }
        func items(_ list: [Explanation.Item]) -> [Item] {
            list.map { item in
                let origin = origins[item.origin]
                return Item(
                    name: item.name, value: item.value, unit: item.unit,
                    observed: item.observed?.rfc3339, source: origin?.source,
                    mapping_version: origin?.mappingVersion)
            }
        }
        if options.json {
            return try printJSON(
                Answer(
                    vehicle: vehicle, rule: explanation.code.code,
                    rule_version: Int(explanation.ruleVersion), outcome: explanation.outcome,
                    cycle: Int(explanation.cycle), as_of_position: position.number,
                    inputs: items(explanation.inputs), thresholds: items(explanation.thresholds),
                    steps: explanation.steps, reasons: explanation.reasons,
                    triggers: stored.map {
                        Trigger(
                            code: $0.code, position: $0.position, cycle: $0.cycle,
                            status: $0.status.rawValue, parked: $0.parked?.rawValue,
                            reason: $0.reason,
                            leads: $0.leads.map { "\($0.dealer) \($0.status.rawValue)" })
                    }))
        }
        let lines = explanation.lines { number in
            origins[number].map { "from \($0.source), mapping \($0.mappingVersion)" }
        }
        for line in lines { print(line) }
        if stored.isEmpty { print("triggers stored\n  none") }
        for trigger in stored {
            let why = trigger.parked.map { " — waits: \($0.sentence)" } ?? ""
            print(
                "trigger \(trigger.code) cycle \(trigger.cycle): \(trigger.status.rawValue)\(why)")
            print("  \(trigger.reason)")
            for lead in trigger.leads { print("  lead at \(lead.dealer): \(lead.status.rawValue)") }
        }
    }
}
