import CustomerStore
import PayloadDecoding
import TelemetryPipeline
import TriggerRules
import VehicleSignals

/// Makes the pipeline's registry of the customer store's snapshot.
struct RegistryLoader {
    let sources: CompiledSources
    let rules: RuleSet
    let fallbackZone: String

    /// Sources of names that hold everywhere: a VIN is a VIN in every topic, and the key of an
    /// imported file is what sites without VINs put there.
    static let universalSources: Set<String> = ["vin", "import", "*"]

    func registry(of snapshot: StoreRegistrySnapshot) -> VehicleRegistry {
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
                zone: zoneNumbers[Int(vehicle.timeZone)], facts: facts)
        }
        // A name of a source that is not configured leads nowhere: no message can use it.
        let sourceNumbers = snapshot.sources.map { sources.source(named: $0) }
        let names = snapshot.names.compactMap { name -> PipelineName? in
            let word = snapshot.sources[Int(name.source)]
            let number = sourceNumbers[Int(name.source)]
            guard number != nil || Self.universalSources.contains(word) else { return nil }
            let start = Int(name.offset)
            return PipelineName(
                source: number,
                externalID: Array(snapshot.nameBytes[start..<(start + Int(name.length))]),
                vehicle: name.vehicle)
        }
        return VehicleRegistry(
            vehicles: vehicles, names: names, zones: zones.rules, version: snapshot.version)
    }
}
