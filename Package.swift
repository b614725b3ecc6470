// swift-tools-version: 6.2
import CompilerPluginSupport
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
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let inMemoryTracing = Target.Dependency.product(name: "InMemoryTracing", package: "swift-distributed-tracing")
let collections = ["DequeModule", "HeapModule"].map {
    Target.Dependency.product(name: $0, package: "swift-collections")
}
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let nio = ["NIOCore", "NIOHTTP1", "NIOPosix"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let ssl = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb = ["GRDB", "GRDBSQLite"].map { Target.Dependency.product(name: $0, package: "GRDB.swift") }

// Only who asks for the trait Macros gets swift-syntax: it takes a minute or two to build.
let syntax = ["SwiftCompilerPlugin", "SwiftDiagnostics", "SwiftSyntax", "SwiftSyntaxBuilder", "SwiftSyntaxMacros"].map {
    Target.Dependency.product(name: $0, package: "swift-syntax", condition: .when(traits: ["Macros"]))
}

let package = Package(
    name: "brigade",
    products: [
        .executable(name: "brigade", targets: ["BrigadeCommand"]),
        .executable(name: "recipe-worker", targets: ["Recipes"]),
        .library(name: "Brigade", targets: ["Brigade"]),
        .library(name: "BrigadeTesting", targets: ["BrigadeTesting"]),
        .library(name: "BrigadeMacros", targets: ["BrigadeMacros"]),
    ],
    traits: [
        .trait(name: "Macros", description: "@Model, in the product BrigadeMacros; brings swift-syntax"),
        .default(enabledTraits: []),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.4"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
    ],
    targets: [
        // Shared: what master and worker agree on.
        .target(name: "CLinux", path: "Sources/Shared/CLinux"),
        .target(name: "Contract", path: "Sources/Shared/Contract", swiftSettings: settings),
        .target(
            name: "Linux", dependencies: ["CLinux", "Contract", log, system], path: "Sources/Shared/Linux",
            swiftSettings: settings),

        // Master: no NIO, no database, no Task, no Dispatch queue.
        .target(
            name: "Supervisor", dependencies: ["Contract"], path: "Sources/Master/Supervisor", swiftSettings: settings),
        .target(
            name: "Platform", dependencies: ["CLinux", "Contract", "Linux", system], path: "Sources/Master/Platform",
            swiftSettings: settings),
        .executableTarget(
            name: "BrigadeCommand",
            dependencies: [
                "Contract", "Linux", "Platform", "Supervisor", log, system,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Master/Command",
            // What `brigade new` writes, and the page of the metrics address.
            resources: [
                "Package.swift", "main.swift", "tests.swift", "Dockerfile", "dockerignore", "gitignore", "README.md",
            ].map { .embedInCode("NewPackage/Template/\($0).txt") }
                + ["html", "css", "js"].map { .embedInCode("Metrics/Dashboard/dashboard.\($0)") },
            swiftSettings: settings),

        // Worker.
        .target(name: "Messages", path: "Sources/Worker/Messages", swiftSettings: settings),
        .target(
            name: "Serving",
            dependencies: ["CLinux", "Contract", "Linux", "Messages", log, metrics, system] + collections,
            path: "Sources/Worker/Serving",
            swiftSettings: settings),
        .target(
            name: "Endpoints", dependencies: ["Messages", log, tracing], path: "Sources/Worker/Endpoints",
            swiftSettings: settings,
            // The toolchain's own ICU: host names by UTS 46.
            linkerSettings: [.linkedLibrary("_FoundationICU")]),
        // What an application imports: the three above and the log, as one module.
        .target(
            name: "Brigade",
            dependencies: [
                "Endpoints", "Messages", "Serving", log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Worker/Brigade", swiftSettings: settings),
        // For an application's tests.
        .target(
            name: "BrigadeTesting", dependencies: ["Endpoints", "Messages", "Serving"], path: "Sources/Worker/Testing",
            swiftSettings: settings),
        .macro(name: "MacroPlugin", dependencies: syntax, path: "Sources/Worker/MacroPlugin", swiftSettings: settings),
        .target(
            name: "BrigadeMacros", dependencies: ["Endpoints", "MacroPlugin"], path: "Sources/Worker/BrigadeMacros",
            swiftSettings: settings),
        // PostgreSQL's own client library, and connections whose sockets the worker's loop watches.
        .systemLibrary(
            name: "CPostgres", path: "Sources/Worker/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "Postgres", dependencies: ["CPostgres", "Linux", "Serving", log] + collections,
            path: "Sources/Worker/Postgres", swiftSettings: settings),
        .executableTarget(
            name: "Recipes",
            dependencies: [
                "Brigade", "Contract", "Linux", "Postgres", ssl, tracing,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "Mustache", package: "swift-mustache"),
            ] + nio + grdb,
            path: "Sources/Worker/Recipes",
            // Put into the program, so that it stays one file.
            resources: ["home.mustache", "card.mustache", "home.css", "home.js"].map { .embedInCode("HomePage/\($0)") },
            swiftSettings: settings),

        // Tests: values first, then real processes (ServerTests start the built `brigade`).
        .testTarget(name: "ContractTests", dependencies: ["Contract"], swiftSettings: settings),
        .testTarget(name: "LinuxTests", dependencies: ["Contract", "Linux", log, system], swiftSettings: settings),
        .testTarget(
            name: "SupervisorTests", dependencies: ["Contract", "Supervisor", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["BrigadeCommand", "Contract", "Linux", "Supervisor", log],
            swiftSettings: settings),
        .testTarget(
            name: "PlatformTests", dependencies: ["CLinux", "Contract", "Linux", "Platform", system],
            swiftSettings: settings),
        .testTarget(
            name: "ServingTests",
            dependencies: ["CLinux", "Contract", "Linux", "Messages", "Serving", "TestSupport", log, metrics, system],
            swiftSettings: settings),
        .target(name: "TestSupport", dependencies: ["Serving"], path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "PostgresServer", dependencies: ["Postgres"], path: "Tests/PostgresServer", swiftSettings: settings),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "PostgresServer", "Serving", "TestSupport", log],
            swiftSettings: settings),
        .testTarget(
            name: "EndpointsTests",
            dependencies: ["Endpoints", "Messages", "TestSupport", log, tracing, inMemoryTracing],
            exclude: ["Snapshots"],
            swiftSettings: settings),
        .testTarget(
            name: "TestingTests",
            dependencies: [
                "Brigade", "BrigadeTesting", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RecipesTests",
            dependencies: ["Brigade", "Postgres", "PostgresServer", "Recipes", "TestSupport", ssl] + nio + grdb,
            exclude: ["Snapshots"],
            swiftSettings: settings),
        .executableTarget(
            name: "faulty-worker", dependencies: ["CLinux", "Contract", "Linux", "Messages", "Serving"],
            path: "Tests/FaultyWorker", swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "BrigadeCommand", "BrigadeTesting", "CLinux", "Postgres", "PostgresServer", "Recipes", "TestSupport",
                "faulty-worker",
            ] + grdb,
            // Built by the tests, and loaded into the server's processes.
            exclude: ["Support/disk-faults.c", "Support/disk-recorder.c"],
            swiftSettings: settings),
    ]
)
