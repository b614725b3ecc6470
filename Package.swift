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
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // Shared: what master and worker agree on.
        .target(name: "CLinux", path: "Sources/Shared/CLinux"),
        .target(
            name: "Contract", dependencies: ["CLinux", log], path: "Sources/Shared/Contract", swiftSettings: settings),

        // Tests: values first, then real processes (ServerTests start the built `brigade`).
        .testTarget(name: "ContractTests", dependencies: ["Contract"], swiftSettings: settings),
    ]
)
