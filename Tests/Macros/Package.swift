// swift-tools-version: 6.2
import PackageDescription

// A package of its own, as somebody else would write one: it asks for the macros, and so it alone builds swift-syntax.
let package = Package(
    name: "macro-tests",
    dependencies: [.package(name: "brigade", path: "../..", traits: ["Macros"])],
    targets: [
        .testTarget(
            name: "MacroTests",
            dependencies: ["BrigadeMacros", "Brigade"].map { .product(name: $0, package: "brigade") },
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("InternalImportsByDefault"),
            ])
    ]
)
