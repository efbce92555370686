import CustomerStore
import Customers
import Foundation
import TelemetryPipeline
import TriggerRules
import VehicleSignals

/// Firings as the customer store takes them: with words, and with the inputs as JSON.
struct FiringLedgerAdapter: FiringLedger {
    let store: StoreCustomers
    let now: @Sendable () -> Timestamp

    func store(_ firings: [Firing], through position: JournalPosition?) throws {
        let records = try firings.map(Self.record)
        _ = try store.store(firings: records, position: position, now: now())
    }

    static func record(_ firing: Firing) throws -> FiringRecord {
        FiringRecord(
            vehicle: firing.vehicle, code: firing.code.code, position: firing.positionText,
            cycle: Int(firing.cycle), deed: deed(firing.deed),
            tier: Tier(rawValue: firing.tier) ?? .t3, ruleVersion: Int(firing.ruleVersion),
            eventTime: firing.eventTime, dueEarly: firing.dueEarly,
            dueExpected: firing.dueExpected, dueLate: firing.dueLate,
            dueBasis: firing.basis.word, confidence: firing.isConfident ? "HIGH" : "LOW",
            odometerKilometres: firing.odometerMetres.map { $0 / 1000 },
            odometerTime: firing.odometerTime, reason: firing.reasonText(),
            suggestedAction: firing.suggestedAction, facts: try facts(firing),
            inputsHash: String(firing.inputsHash, radix: 16))
    }

    private static func deed(_ deed: Deed) -> FiringDeed {
        switch deed {
        case .open: .open
        case .escalate: .escalate
        case .update: .update
        case .resolve: .resolve
        case .withdraw: .withdraw
        }
    }

    private struct Fact: Encodable {
        var name: String
        var value: Double
        var unit: String
        var observed: String?
    }

    private static func facts(_ firing: Firing) throws -> String {
        let list = (0..<firing.facts.count).map { place in
            let fact = firing.facts[place]
            return Fact(
                name: fact.word, value: fact.value, unit: fact.unit,
                observed: fact.observed?.rfc3339)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return "{\"inputs\":" + String(decoding: try encoder.encode(list), as: UTF8.self) + "}"
    }
}
