import CustomerStore
import Customers
package import PayloadDecoding
package import TelemetryPipeline
package import TriggerRules
import VehicleSignals

/// Makes the pipeline's registry of the customer store's snapshot.
package struct RegistryLoader: Sendable {
    let sources: CompiledSources
    let rules: RuleSet
    let fallbackZone: String

    /// - Parameter fallbackZone: of vehicles whose import gave none.
    package init(sources: CompiledSources, rules: RuleSet, fallbackZone: String) {
        self.sources = sources
        self.rules = rules
        self.fallbackZone = fallbackZone
    }

    package func registry(of snapshot: StoreRegistrySnapshot) -> VehicleRegistry {
        var zones = SystemTimeZones(fallback: fallbackZone)
        let zoneNumbers = snapshot.texts.map { $0.isEmpty ? 0 : zones.number(of: $0) }
        let batteries = snapshot.texts.map {
            VehicleFacts.Battery(word: $0.lowercased()) ?? .unknown
        }
        let classes = snapshot.texts.map { rules.classNumber($0) }
        let vehicles = snapshot.vehicles.map { vehicle in
            var facts = VehicleFacts()
            facts.battery = batteries[Int(vehicle.batteryType)]
            // The finest class that has thresholds of its own: model, brand, powertrain.
            facts.ruleClass =
                [vehicle.model, vehicle.brand, vehicle.powertrain]
                .map { classes[Int($0)] }.first { $0 != 0 } ?? 0
            facts.intervalKilometres = vehicle.planIntervalKilometres.map { UInt32(clamping: $0) }
            facts.intervalMonths = vehicle.planIntervalDays.map {
                UInt16(clamping: Int((Double($0) / 30.4375).rounded()))
            }
            facts.lastServiceDay = vehicle.lastServiceDay.map { Day(daysSinceEpoch: $0) }
            facts.lastServiceKilometres = vehicle.lastServiceKilometres.map {
                UInt32(clamping: $0)
            }
            return PipelineVehicle(
                key: vehicle.key, gate: vehicle.gate,
                zone: zoneNumbers[Int(vehicle.timeZone)], facts: facts,
                // An import names a brand.
                isOnlyHeard: snapshot.texts[Int(vehicle.brand)].isEmpty
                    && snapshot.texts[Int(vehicle.model)].isEmpty)
        }
        return VehicleRegistry(
            vehicles: vehicles, names: names(of: snapshot), zones: zones.rules,
            merged: snapshot.merged.map { VehicleLink(from: $0.vehicle, to: $0.into) },
            version: snapshot.version)
    }

    /// A VIN is a VIN in every source. The key of an imported file is the importer's own affair:
    /// one source's device may be called like another importer's car. So it counts only where a
    /// source says in its file that it calls vehicles by it.
    private func names(of snapshot: StoreRegistrySnapshot) -> [PipelineName] {
        let callers = sources.definitions.filter(\.takesImportKeys)
            .compactMap { sources.source(named: $0.name) }
        // A name of a source that is not configured leads nowhere: no message can use it.
        let numbers: [SourceID?] = snapshot.sources.map { sources.source(named: $0) }
        var names: [PipelineName] = []
        names.reserveCapacity(snapshot.names.count)
        var taken: Set<TakenName> = []
        var importKeys: [(bytes: [UInt8], vehicle: VehicleKey)] = []
        for name in snapshot.names {
            let start = Int(name.offset)
            let bytes = Array(snapshot.nameBytes[start..<(start + Int(name.length))])
            switch snapshot.sources[Int(name.source)] {
            case VehicleName.vinSource:
                names.append(PipelineName(source: nil, externalID: bytes, vehicle: name.vehicle))
            case VehicleName.importSource:
                if !callers.isEmpty { importKeys.append((bytes, name.vehicle)) }
            default:
                guard let source = numbers[Int(name.source)] else { continue }
                names.append(
                    PipelineName(source: source, externalID: bytes, vehicle: name.vehicle))
                if callers.contains(source) {
                    taken.insert(TakenName(source: source, bytes: bytes))
                }
            }
        }
        // A name that somebody gave for the source itself comes first.
        for key in importKeys {
            for source in callers where !taken.contains(TakenName(source: source, bytes: key.bytes))
            {
                names.append(
                    PipelineName(source: source, externalID: key.bytes, vehicle: key.vehicle))
            }
        }
        return names
    }

    private struct TakenName: Hashable {
        var source: SourceID
        var bytes: [UInt8]
    }
}
