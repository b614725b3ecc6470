// swift-tools-version: 6.2
import PackageDescription

let brigade = ["Endpoints", "Serving"].map { Target.Dependency.product(name: $0, package: "brigade") }
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
    name: "examples",
    dependencies: [
        // In a package of your own: .package(url: "https://.../brigade", from: "...")
        .package(name: "brigade", path: ".."),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .executableTarget(name: "first", dependencies: brigade, path: "First", swiftSettings: settings),
        .executableTarget(
            name: "to-do", dependencies: brigade + [.product(name: "GRDB", package: "GRDB.swift")], path: "ToDo",
            swiftSettings: settings),
    ]
)
