import Contract

/// The name of a new package and of its executable. Its module has `_` for `-`.
struct PackageName: Hashable, CustomStringConvertible {
    let description: String

    var module: String { String(description.map { $0 == "-" ? "_" : $0 }) }

    init(_ text: String) throws(StartError) {
        let quoted = "'\(text.visible)'"
        guard let first = text.utf8.first else { throw StartError(.usage, "a package needs a name") }
        guard text.utf8.allSatisfy(Self.isAllowed), Self.isLetter(first) else {
            throw StartError(
                .usage,
                "\(quoted) is not a valid package name: start with a letter, then use letters, digits, '-' and '_'")
        }
        guard text.utf8.count <= 64 else {
            throw StartError(.usage, "\(quoted) is too long for a package name: use at most 64 characters")
        }
        description = text
        let module = String(text.map { $0 == "-" ? "_" : $0 })
        if Self.keywords.contains(module) {
            throw StartError(.usage, "\(quoted) is a keyword of Swift; choose another name")
        }
        if Self.taken.contains(where: { $0.lowercased() == module.lowercased() }) {
            throw StartError(
                .usage,
                "\(quoted) is the name of a module that the package is built with; choose another name")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    /// "The Swift Programming Language", Lexical Structure: no module can have these names.
    private static let keywords: Set<String> = [
        "Any", "Self", "Type", "Protocol", "as", "associatedtype", "break", "case", "catch", "class",
        "continue",
        "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
        "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "main", "nil", "operator",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    /// SwiftPM refuses two targets of one name in all packages of a build, and an application must not hide what it may
    /// want to import. Compared without case, because some file systems ignore it.
    static let taken: Set<String> = [
        // Of this package.
        "Brigade", "BrigadeCommand", "BrigadeMacros", "BrigadeTesting", "CLinux", "CPostgres", "Contract", "Endpoints",
        "Linux", "Messages", "Platform", "Postgres", "PostgresServer", "Recipes", "Serving", "Supervisor",
        "TestSupport",
        "faulty_worker", "recipe_worker",
        // Of the toolchain.
        "CxxStdlib", "Cxx", "Dispatch", "Distributed", "Foundation", "FoundationEssentials", "FoundationNetworking",
        "Glibc",
        "Musl", "Observation", "PackageDescription", "RegexBuilder", "Swift", "Synchronization", "Testing", "XCTest",
        // Of packages that this one or applications use.
        "Algorithms", "ArgumentParser", "AsyncAlgorithms", "AsyncHTTPClient", "Atomics", "Collections", "Configuration",
        "Crypto", "GRDB", "GRDBSQLite", "HTTPTypes", "Instrumentation", "Logging", "Metrics", "Mustache", "NIO",
        "NIOCore",
        "NIOHTTP1", "NIOPosix", "NIOSSL", "ServiceContextModule", "ServiceLifecycle", "SystemPackage", "Tracing",
        "X509",
    ]
}
