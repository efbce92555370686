// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what only measuring needs never becomes a dependency of the
// product.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "turnpike-benchmarks",
    dependencies: [
        .package(name: "turnpike", path: ".."),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
    ],
    targets: [
        .systemLibrary(name: "CMalloc"),
        .executableTarget(
            name: "PipelineBenchmark",
            dependencies: [
                "CMalloc",
                .product(name: "TurnpikeRooms", package: "turnpike"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "CANBenchmark",
            dependencies: [.product(name: "TurnpikeRooms", package: "turnpike")],
            swiftSettings: strict),
        .executableTarget(
            name: "DecodingBenchmark",
            dependencies: [.product(name: "TurnpikeRooms", package: "turnpike")],
            swiftSettings: strict),
        .executableTarget(
            name: "ProtobufBenchmark",
            dependencies: [
                .product(name: "TurnpikeRooms", package: "turnpike"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict),
    ]
)
