// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in CI only: a newer compiler's new warning must not keep a user from building.
let strict = Context.environment["CI"] != nil

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let log = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "brigade",
    products: [
        .executable(name: "brigade", targets: ["Brigade"]),
        .library(name: "Serving", targets: ["Messages", "Serving"]),
        .library(name: "Endpoints", targets: ["Messages", "Endpoints"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // Shared: what master and worker agree on.
        .target(name: "CLinux", path: "Sources/Shared/CLinux"),
        .target(
            name: "Contract", dependencies: ["CLinux", log], path: "Sources/Shared/Contract", swiftSettings: settings),

        // Master: no NIO, no database, no Task, no Dispatch queue. The supervisor depends on nothing at all.
        .target(name: "Supervisor", path: "Sources/Master/Supervisor", swiftSettings: settings),
        .target(
            name: "Platform", dependencies: ["CLinux", "Contract"], path: "Sources/Master/Platform",
            swiftSettings: settings),
        .executableTarget(
            name: "Brigade",
            dependencies: [
                "Contract", "Platform", "Supervisor", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Master/Brigade", swiftSettings: settings),

        // Worker.
        .target(name: "Messages", path: "Sources/Worker/Messages", swiftSettings: settings),
        .target(
            name: "Serving", dependencies: ["CLinux", "Contract", "Messages", log], path: "Sources/Worker/Serving",
            swiftSettings: settings),
        .target(
            name: "Endpoints", dependencies: ["Messages"], path: "Sources/Worker/Endpoints", swiftSettings: settings,
            // The toolchain's own ICU: host names by UTS 46.
            linkerSettings: [.linkedLibrary("_FoundationICU")]),

        // Tests: values first, then real processes (ServerTests start the built `brigade`).
        .testTarget(name: "ContractTests", dependencies: ["Contract"], swiftSettings: settings),
        .testTarget(name: "SupervisorTests", dependencies: ["Supervisor"], swiftSettings: settings),
        .testTarget(name: "PlatformTests", dependencies: ["CLinux", "Contract", "Platform"], swiftSettings: settings),
        .testTarget(
            name: "ServingTests", dependencies: ["CLinux", "Contract", "Messages", "Serving", log],
            swiftSettings: settings),
        .testTarget(
            name: "EndpointsTests", dependencies: ["Endpoints", "Messages"], exclude: ["Snapshots"],
            swiftSettings: settings),
    ]
)
