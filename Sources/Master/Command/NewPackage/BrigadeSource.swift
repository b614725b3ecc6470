import Contract
import Glibc
import SystemPackage

/// Where a new package gets Brigade from.
enum BrigadeSource: Hashable {
    /// A git repository.
    case repository(String)
    /// A checkout on this machine, absolute and without symbolic links.
    case checkout(String)

    /// - Parameter text: the URL of a git repository, in git's short form too (`git@host:path`), or a path.
    init(_ text: String) throws(StartError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0x7f }),
            !text.isEmpty
        else {
            throw StartError(
                .usage, "--brigade: '\(text.visible)' has characters that are invalid in a Package.swift or Dockerfile"
            )
        }
        if text.contains("://") || text.prefix(while: { $0 != "/" }).contains(":") {
            self = .repository(text)
        } else {
            guard let path = Self.resolved(text) else {
                throw StartError(.usage, "--brigade: \(text): \(Errno(rawValue: errno))")
            }
            guard Self.isCheckout(path) else {
                throw StartError(.usage, "--brigade: \(path) is not a checkout of Brigade: \(Self.marker) is missing")
            }
            self = .checkout(path)
        }
    }

    /// The checkout that a program was built in: the nearest directory above it that is a checkout.
    static func around(program: String) -> BrigadeSource? {
        guard var path = resolved(program) else { return nil }
        while let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            path = String(path[..<slash])
            if isCheckout(path) { return try? BrigadeSource(path) }
        }
        return nil
    }

    /// SwiftPM's name of the package: the last part of a URL.
    var package: String {
        guard case .repository(let url) = self else { return "brigade" }
        let last = url.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? url
        return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
    }

    /// For the manifest.
    var dependency: String {
        switch self {
        case .repository(let url): #".package(url: "\#(url)", branch: "main")"#
        case .checkout(let path): #".package(name: "brigade", path: "\#(path)")"#
        }
    }

    private static let marker = "Sources/Worker/Brigade"

    private static func isCheckout(_ path: String) -> Bool {
        access("\(path)/Package.swift", R_OK) == 0 && access("\(path)/\(marker)", R_OK) == 0
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
