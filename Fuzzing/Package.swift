// swift-tools-version: 6.2
import PackageDescription

// A package of its own: it is built with a sanitizer, by scripts/fuzz.sh, and nothing that is
// shipped is. Strict memory safety is left out, since here libFuzzer hands over pointers; what is
// fuzzed has it.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let rooms = Target.Dependency.product(name: "TurnpikeRooms", package: "turnpike")

func fuzzTarget(_ name: String) -> Target {
    .executableTarget(name: name, dependencies: ["FuzzStage", rooms], swiftSettings: strict)
}

let package = Package(
    name: "turnpike-fuzzing",
    dependencies: [.package(name: "turnpike", path: "..")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .target(name: "FuzzStage", dependencies: ["CLibFuzzer", rooms], swiftSettings: strict),
        fuzzTarget("native-json"),
        fuzzTarget("documents"),
        fuzzTarget("fields"),
        fuzzTarget("topics"),
        fuzzTarget("batch"),
        fuzzTarget("snapshot"),
        fuzzTarget("words"),
        fuzzTarget("can"),
        fuzzTarget("dbc"),
        fuzzTarget("isotp"),
        fuzzTarget("shapes"),
        fuzzTarget("protobuf-tesla"),
        fuzzTarget("fleetwise"),
        fuzzTarget("snappy"),
        fuzzTarget("sparkplug"),
        fuzzTarget("sessions"),
        fuzzTarget("packed"),
    ]
)
