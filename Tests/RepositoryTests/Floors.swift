/// The floors of the house. A room may import rooms of lower floors; on floors 3 and 4 none of its
/// own floor. A new target is entered here, or the tests say so.
enum Floors {
    static let floorOf: [String: Int] = [
        "CMosquitto": 0, "CSocketBuffer": 0, "CSQLite": 0, "CSystemClock": 0,
        "VehicleSignals": 1,
        "PayloadDecoding": 2, "VehicleState": 2, "TriggerRules": 2, "Customers": 2,
        "UsageAggregates": 2,
        "MQTTLink": 3, "IngestJournal": 3, "StateStore": 3, "CustomerStore": 3,
        "TriggerDelivery": 3,
        "TelemetryPipeline": 4, "GatewayAPI": 4, "ConfigurationFiles": 4,
        "turnpike": 5,
        // The simulators stand beside the house: they may use its lower floors.
        "FleetModel": 2, "LocalStage": 3, "FleetSimulator": 5, "DealerSimulator": 5, "Demo": 5,
        "Soak": 5,
    ]

    /// Rooms that must stay free of Foundation and of everything that has a clock, a file or a
    /// socket in it.
    static let pure: Set<String> = [
        "VehicleSignals", "PayloadDecoding", "VehicleState", "TriggerRules", "Customers",
        "UsageAggregates", "FleetModel",
    ]
    static let impureModules: Set<String> = [
        "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch", "Glibc", "Musl",
        "Darwin", "SystemPackage",
    ]

    /// Libraries from outside, and the only rooms that may know them.
    static let reserved: [String: Set<String>] = [
        "CMosquitto": ["MQTTLink"], "CSocketBuffer": ["MQTTLink"],
        "CSQLite": ["IngestJournal", "StateStore"],
        "CSystemClock": ["turnpike"],
        "GRDB": ["StateStore", "CustomerStore"],
        "Yams": ["ConfigurationFiles", "turnpike"],
        "AsyncHTTPClient": ["TriggerDelivery", "DealerSimulator", "Demo", "Soak"],
        "Hummingbird": ["GatewayAPI", "DealerSimulator", "turnpike"],
        "Mustache": ["GatewayAPI"],
        "ArgumentParser": ["turnpike", "FleetSimulator", "DealerSimulator", "Demo", "Soak"],
    ]

    /// The target that a file belongs to.
    static func target(of path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count >= 3, parts[0] == "Sources" || parts[0] == "simulators" else {
            return nil
        }
        return String(parts[1])
    }
}
