// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that only this test depends on NIO's HTTP parser. Built by `run.sh`.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "fuzz",
    dependencies: [
        .package(name: "brigade", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "ConnectionFuzz", dependencies: [.product(name: "Brigade", package: "brigade")],
            swiftSettings: settings),
        .executableTarget(
            name: "ProxyFuzz", dependencies: [.product(name: "Brigade", package: "brigade")], swiftSettings: settings),
        .executableTarget(
            name: "RequestFuzz",
            dependencies: [
                .product(name: "Brigade", package: "brigade"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ]
)
