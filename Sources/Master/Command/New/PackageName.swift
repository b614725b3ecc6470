import Contract

/// What a new package is called: itself, its executable, and, with `_` for `-`, the module of its code.
struct PackageName: Hashable, CustomStringConvertible {
    let description: String

    var module: String { String(description.map { $0 == "-" ? "_" : $0 }) }

    /// - Throws: a sentence that names what is wrong.
    init(_ text: String) throws(StartError) {
        let quoted = "'\(text.visible)'"
        guard let first = text.utf8.first else { throw StartError(.usage, "a package needs a name") }
        guard text.utf8.allSatisfy(Self.isAllowed), Self.isLetter(first) else {
            throw StartError(
                .usage, "\(quoted) cannot be a package's name: begin with a letter, then letters, digits, '-' and '_'")
        }
        guard text.utf8.count <= 64 else {
            throw StartError(.usage, "\(quoted) is too long for a package's name: at most 64 letters")
        }
        description = text
        let module = String(text.map { $0 == "-" ? "_" : $0 })
        if Self.keywords.contains(module) {
            throw StartError(.usage, "\(quoted) is a word of Swift's; give the package another name")
        }
        if Self.taken.contains(where: { $0.lowercased() == module.lowercased() }) {
            throw StartError(
                .usage,
                "\(quoted) is the name of a module that the package would be built with; give it another name")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    /// "The Swift Programming Language", Lexical Structure: what no module can be called.
    private static let keywords: Set<String> = [
        "Any", "Self", "Type", "Protocol", "as", "associatedtype", "break", "case", "catch", "class",
        "continue",
        "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
        "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "main", "nil", "operator",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    /// SwiftPM refuses two targets of one name in all packages of a build, and an application must not hide what it may
    /// want to import. Whatever the case, for the sake of file systems that do not tell it apart.
    static let taken: Set<String> = [
        // Of this package.
        "Brigade", "BrigadeCommand", "BrigadeMacros", "BrigadeTesting", "CLinux", "Contract", "Endpoints", "Linux",
        "Messages",
        "Platform", "Recipes", "Serving",
        "Supervisor", "faulty_worker", "recipe_worker",
        // Of the toolchain.
        "CxxStdlib", "Cxx", "Dispatch", "Distributed", "Foundation", "FoundationEssentials", "FoundationNetworking",
        "Glibc",
        "Musl", "Observation", "PackageDescription", "RegexBuilder", "Swift", "Synchronization", "Testing", "XCTest",
        // Of packages that this one uses, or that applications do.
        "Algorithms", "ArgumentParser", "AsyncAlgorithms", "AsyncHTTPClient", "Atomics", "Collections", "Configuration",
        "Crypto", "GRDB", "GRDBSQLite", "HTTPTypes", "Instrumentation", "Logging", "Metrics", "Mustache", "NIO",
        "NIOCore",
        "NIOHTTP1", "NIOPosix", "NIOSSL", "ServiceContextModule", "ServiceLifecycle", "SystemPackage", "Tracing",
        "X509",
    ]
}
