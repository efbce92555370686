// swift-tools-version: 6.2
import PackageDescription

// Every target is built with the same strict settings; each links to the proposal that explains it.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(
    name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting", package: "hummingbird")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "turnpike",
    products: [
        .executable(name: "turnpike", targets: ["turnpike"]),
        .executable(name: "fleet-simulator", targets: ["FleetSimulator"]),
        .executable(name: "dealer-simulator", targets: ["DealerSimulator"]),
        .executable(name: "turnpike-demo", targets: ["Demo"]),
        .executable(name: "turnpike-soak", targets: ["Soak"]),
        // For Benchmarks/ and Fuzzing/, which are packages of their own.
        .library(
            name: "TurnpikeRooms",
            targets: [
                "VehicleSignals", "PayloadDecoding", "VehicleState", "TriggerRules",
                "IngestJournal", "TelemetryPipeline", "ConfigurationFiles",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: C libraries.
        .systemLibrary(
            name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CSystemClock"),

        .target(name: "CSocketBuffer"),

        // Floor 1: the words.
        room("VehicleSignals", []),

        // Floor 2: thinking, without clock, file or socket.
        room("PayloadDecoding", ["VehicleSignals"]),
        room("VehicleState", ["VehicleSignals"]),
        room("TriggerRules", ["VehicleSignals", "VehicleState"]),
        room("Customers", ["VehicleSignals"]),
        room("UsageAggregates", ["VehicleSignals"]),

        // Floor 3: the outside.
        room("MQTTLink", ["CMosquitto", "CSocketBuffer", "VehicleSignals"]),
        room("IngestJournal", ["CSQLite", "VehicleSignals"]),
        room("StateStore", ["CSQLite", "VehicleSignals", grdb]),
        room("CustomerStore", ["VehicleSignals", "Customers", grdb, crypto]),
        room(
            "TriggerDelivery",
            [
                "VehicleSignals", "Customers", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1,
                nioSSL,
            ]),

        // Floor 4: the way of a message, and the way of a question.
        room(
            "TelemetryPipeline",
            ["VehicleSignals", "PayloadDecoding", "VehicleState", "TriggerRules", "Customers"]),
        room(
            "GatewayAPI",
            [
                "VehicleSignals", "Customers", "UsageAggregates", hummingbird, mustache, logging,
                crypto, nioCore,
            ]),

        // Between the floors: configuration files as checked values.
        room(
            "ConfigurationFiles",
            ["VehicleSignals", "PayloadDecoding", "VehicleState", "TriggerRules", yams]),

        // Floor 5: everything put together.
        .executableTarget(
            name: "turnpike",
            dependencies: [
                "CSystemClock",
                "VehicleSignals", "PayloadDecoding", "VehicleState", "TriggerRules", "Customers",
                "UsageAggregates", "ConfigurationFiles", "MQTTLink", "IngestJournal", "StateStore",
                "CustomerStore",
                "TriggerDelivery", "TelemetryPipeline", "GatewayAPI",
                argumentParser, hummingbird, lifecycle, logging, unixSignals, yams, crypto,
            ],
            swiftSettings: strict),

        // Simulators: vehicles and dealers, and the stages on which they meet the gateway.
        .target(
            name: "FleetModel", dependencies: ["VehicleSignals"], path: "simulators/FleetModel",
            swiftSettings: strict),
        .executableTarget(
            name: "FleetSimulator",
            dependencies: ["FleetModel", "VehicleSignals", "MQTTLink", argumentParser],
            path: "simulators/FleetSimulator", swiftSettings: strict),
        .executableTarget(
            name: "DealerSimulator",
            dependencies: [
                "VehicleSignals", "Customers", "TriggerDelivery", argumentParser, asyncHTTPClient,
                crypto,
                hummingbird, logging, nioCore, nioHTTP1, unixSignals,
            ],
            path: "simulators/DealerSimulator", swiftSettings: strict),
        .target(
            name: "LocalStage", path: "simulators/LocalStage", swiftSettings: strict),
        .executableTarget(
            name: "Demo",
            dependencies: [
                "LocalStage", argumentParser, asyncHTTPClient, nioCore, nioHTTP1, unixSignals,
            ],
            path: "simulators/Demo", swiftSettings: strict),
        .executableTarget(
            name: "Soak",
            dependencies: ["LocalStage", argumentParser, asyncHTTPClient, nioCore, nioHTTP1],
            path: "simulators/Soak", swiftSettings: strict),

        // What tests need beside them: counting malloc, a broker, and programs to be killed.
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .target(
            name: "BrokerFixture", dependencies: ["LocalStage"], path: "Tests/BrokerFixture",
            swiftSettings: strict),
        .executableTarget(
            name: "JournalWriterProbe",
            dependencies: ["IngestJournal", "VehicleSignals", "AllocationCounter"],
            path: "Tests/JournalWriterProbe", swiftSettings: strict),

        .executableTarget(
            name: "AckOrderProbe", dependencies: ["MQTTLink", "VehicleSignals"],
            path: "Tests/AckOrderProbe", swiftSettings: strict),

        tests("VehicleSignalsTests", ["VehicleSignals"]),
        tests(
            "MQTTLinkTests",
            [
                "MQTTLink", "VehicleSignals", "BrokerFixture", "AckOrderProbe", "CSocketBuffer",
                "LocalStage",
            ]),
        tests(
            "PayloadDecodingTests",
            ["VehicleSignals", "PayloadDecoding", "ConfigurationFiles", "AllocationCounter"]),
        tests("VehicleStateTests", ["VehicleSignals", "VehicleState", "AllocationCounter"]),
        tests(
            "TriggerRulesTests",
            ["VehicleSignals", "VehicleState", "TriggerRules", "AllocationCounter"]),
        tests(
            "TelemetryPipelineTests",
            [
                "TelemetryPipeline", "PayloadDecoding", "VehicleState", "TriggerRules",
                "VehicleSignals", "IngestJournal", "ConfigurationFiles", "AllocationCounter",
            ]),
        tests("CustomersTests", ["Customers", "VehicleSignals"]),
        tests("UsageAggregatesTests", ["UsageAggregates", "VehicleSignals"]),
        tests(
            "IngestJournalTests",
            ["IngestJournal", "VehicleSignals", "CSQLite", "JournalWriterProbe"]),
        tests("StateStoreTests", ["StateStore", "VehicleSignals", grdb]),
        tests("CustomerStoreTests", ["CustomerStore", "Customers", "VehicleSignals", grdb]),
        tests(
            "TriggerDeliveryTests",
            [
                "TriggerDelivery", "Customers", "VehicleSignals", "BrokerFixture", hummingbird,
                hummingbirdTLS, nioCore, nioSSL, logging,
            ]),
        tests(
            "GatewayAPITests",
            [
                "VehicleSignals", "Customers", "UsageAggregates", "GatewayAPI", hummingbird,
                hummingbirdTesting, logging, crypto, nioCore,
            ]),
        tests(
            "FleetSimulatorTests",
            ["FleetModel", "VehicleSignals", "VehicleState", "TriggerRules"]),
        tests("SimulatorTests", ["LocalStage", "TriggerDelivery", "VehicleSignals"]),
        tests("RepositoryTests", []),
        tests("EndToEndTests", ["LocalStage", "MQTTLink", "VehicleSignals"]),
        tests("ConfigurationFilesTests", ["ConfigurationFiles"]),
        tests(
            "TurnpikeTests",
            [
                "turnpike", "VehicleSignals", "PayloadDecoding", "TriggerRules", "Customers",
                "ConfigurationFiles", "CustomerStore", "TelemetryPipeline", "TriggerDelivery",
                "GatewayAPI", "MQTTLink", "StateStore", "IngestJournal", "UsageAggregates",
                grdb,
            ]),
    ]
)
