// swift-tools-version: 6.2
import PackageDescription

let brigade = Target.Dependency.product(name: "Brigade", package: "brigade")

let package = Package(
    name: "examples",
    dependencies: [
        .package(name: "brigade", path: ".."),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .executableTarget(name: "first", dependencies: [brigade], path: "First"),
        .executableTarget(name: "shop", dependencies: [brigade], path: "Shop"),
        .executableTarget(
            name: "to-do", dependencies: [brigade, .product(name: "GRDB", package: "GRDB.swift")], path: "ToDo"),
    ]
)
