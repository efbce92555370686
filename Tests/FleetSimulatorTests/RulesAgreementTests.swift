import FleetModel
import Foundation
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// The gateway's own state and rules, fed with a fleet's messages in the order of sending, must
/// come to the list that the simulator made by itself.
@Suite struct `the rules and the simulator agree` {
    @Test(
        arguments: [
            (UInt64(1), 60, "none"), (2, 60, "some"), (3, 45, "many"), (4, 20, "some"),
            (5, 120, "some"), (6, 60, "none"),
        ])
    func `on every lead`(seed: UInt64, days: Int, faults: String) throws {
        let fleet = settings(
            seed: seed, vehicles: 120, days: days, restHours: 2,
            faults: FaultShares(word: faults) ?? .none)
        let made = plans(fleet)
        let expectation = Expectation(fleet, plans: made, dealers: 2)
        var gateway = try PlainGateway(fleet, plans: made)
        var stream = FleetStream(fleet, plans: made)
        while !stream.isOver {
            for message in stream.nextSlot() { gateway.take(message) }
        }
        let open = Set(
            made.filter {
                CustomerStory(seed: seed, vehicle: $0.identity.index, dealers: 2).letsLeadsThrough
            }.map(\.identity.topicID))
        let judgement = Judgement(
            expected: expectation.leads.map(\.key),
            actual: gateway.opened.filter { open.contains($0.vehicle) })
        #expect(judgement.isPerfect, "\(judgement)")
        #expect(!expectation.leads.isEmpty)
    }
}

/// Reads the native form with Foundation and runs state and rules, without pipeline or store.
private struct PlainGateway {
    private var slots: [VehicleSlot]
    private let facts: [VehicleFacts]
    private let names: [String]
    private let catalogue: SignalCatalogue
    private let roles: SignalRoles
    private var desk = FiringDesk()
    private var nows: [Timestamp]
    /// Every trigger that was ever open, once.
    private(set) var opened: Set<LeadKey> = []

    init(_ fleet: FleetSettings, plans: [VehiclePlan]) throws {
        let kilometres = try #require(Unit(named: "km"))
        let metres = try #require(Unit(named: "m"))
        let seconds = try #require(Unit(named: "s"))
        let volts = try #require(Unit(named: "V"))
        catalogue = try SignalCatalogue([
            SignalDefinition(path: "Vehicle.TraveledDistance", datatype: .uint32, unit: metres),
            SignalDefinition(
                path: "Vehicle.Service.DistanceToService", datatype: .float, unit: kilometres),
            SignalDefinition(
                path: "Vehicle.Service.TimeToService", datatype: .int32, unit: seconds),
            SignalDefinition(
                path: "Vehicle.LowVoltageBattery.CurrentVoltage", datatype: .float, unit: volts),
            SignalDefinition(
                path: "Vehicle.LowVoltageSystemState", datatype: .string, allowed: ["LOCK", "ON"]),
            SignalDefinition(path: "Vehicle.Diagnostics.DTCList", datatype: .troubleCodes),
            SignalDefinition(
                path: "Vehicle.Diagnostics.Ext.ConfirmedDTCList", datatype: .troubleCodes),
            SignalDefinition(path: "Vehicle.Diagnostics.Ext.IsMILOn", datatype: .boolean),
        ])
        roles = SignalRoles(catalogue: catalogue)
        slots = plans.map { _ in VehicleSlot() }
        names = plans.map(\.identity.topicID)
        nows = plans.map { _ in .distantPast }
        facts = plans.map { plan in
            var facts = VehicleFacts()
            facts.battery = plan.battery.isAGM ? .agm : .flooded
            facts.intervalKilometres = UInt32(plan.service.intervalKilometres)
            facts.intervalMonths = UInt16(plan.service.intervalDays / 30)
            return facts
        }
    }

    mutating func take(_ message: SentMessage) {
        guard let value = try? JSONSerialization.jsonObject(with: Data(message.payload)) else {
            return
        }
        let single = (value as? [String: Any]).map { [$0] }
        for object in (value as? [[String: Any]]) ?? single ?? [] {
            guard let time = Self.time(object["ts"]),
                let signals = object["signals"] as? [String: Any]
            else { continue }
            let edition = (object["vss"] as? String)?.first?.wholeNumberValue ?? 6
            apply(message, time, readings(signals, time: time, edition: edition))
        }
    }

    private mutating func apply(_ message: SentMessage, _ time: Timestamp, _ readings: [Reading]) {
        let vehicle = message.vehicle
        nows[vehicle] = max(nows[vehicle], time)
        let configuration = StateConfiguration()
        _ = slots[vehicle].apply(
            readings.span, in: 0..<readings.count, source: SourceID(0),
            origin: .unknown, roles: roles,
            rules: RuleSet(), zone: .utc, now: nows[vehicle], arrival: message.time,
            configuration: configuration)
        slots[vehicle].evaluate(
            vehicle: VehicleKey(UInt32(vehicle + 1)), facts: facts[vehicle], rules: RuleSet(),
            zone: .utc, now: nows[vehicle], configuration: configuration, desk: &desk)
        for firing in desk.firings where firing.deed == .open {
            opened.insert(
                LeadKey(
                    vehicle: names[vehicle], code: firing.code.code, position: firing.positionText,
                    cycle: Int(firing.cycle)))
        }
        desk.firings.removeAll(keepingCapacity: true)
    }

    private static func time(_ value: Any?) -> Timestamp? {
        if let text = value as? String { return Timestamp(rfc3339: text) }
        return (value as? NSNumber).map { Timestamp(milliseconds: $0.int64Value) }
    }

    private func readings(_ signals: [String: Any], time: Timestamp, edition: Int) -> [Reading] {
        var readings: [Reading] = []
        for (path, value) in signals.sorted(by: { $0.key < $1.key }) {
            let path =
                path == "Vehicle.OBD.Status.IsMILOn" ? "Vehicle.Diagnostics.Ext.IsMILOn" : path
            guard let signal = catalogue.id(of: path) else { continue }
            func add(_ kind: ValueKind, _ bits: UInt64) {
                readings.append(
                    Reading(
                        signal: signal, time: time, timeQuality: .event, isRetained: false,
                        kind: kind, bits: bits))
            }
            switch catalogue[signal].datatype {
            case .uint32:
                let metres = (value as? NSNumber)?.doubleValue ?? 0
                let whole = Int64((edition < 6 ? metres * 1000 : metres).rounded())
                if (0...Int64(UInt32.max)).contains(whole) {
                    add(.integer, UInt64(bitPattern: whole))
                }
            case .int32: add(.integer, UInt64(bitPattern: (value as? NSNumber)?.int64Value ?? 0))
            case .float: add(.double, ((value as? NSNumber)?.doubleValue ?? 0).bitPattern)
            case .boolean: add(.boolean, (value as? NSNumber)?.boolValue == true ? 1 : 0)
            case .string: add(.allowed, value as? String == "ON" ? 1 : 0)
            case .troubleCodes:
                let codes = (value as? [String] ?? []).compactMap { TroubleCode($0) }
                add(.listCount, UInt64(codes.count))
                for code in codes { add(.troubleCode, UInt64(code.packed)) }
            default: break
            }
        }
        return readings
    }
}
