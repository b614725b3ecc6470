import Contract
import Foundation
import Testing

@testable import BrigadeCommand

/// `brigade new`: what it takes for a name and for Brigade's place, and what it writes. Tests/examples.sh builds that.
@Suite struct NewPackageTests {
    private static let repository = "https://example.org/kitchen/brigade.git"
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private func files(_ brigade: BrigadeSource) throws -> [String: String] {
        let package = NewPackage(name: try PackageName("to-do"), brigade: brigade)
        return Dictionary(uniqueKeysWithValues: package.files.map { ($0.path, $0.text) })
    }

    @Test(arguments: ["shop", "to-do", "a", "Shop2", "my_api"]) func aNameOfLettersDigitsAndHyphensWillDo(name: String)
        throws
    {
        #expect(try PackageName(name).description == name)
    }

    @Test(arguments: [
        ("", "a package needs a name"), ("2go", "'2go' is not a valid package name"),
        ("-x", "'-x' is not a valid package name"),
        ("a b", "'a b' is not a valid package name"),
        ("../x", "'../x' is not a valid package name"), ("a\nb", #"'a\nb' is not a valid package name"#),
        ("é", "'é' is not a valid package name"),
        (String(repeating: "a", count: 65), "too long"), ("class", "a keyword of Swift"),
        ("main", "a keyword of Swift"),
        ("Recipes", "the name of a module"), ("recipe-worker", "the name of a module"),
        ("swift", "the name of a module"),
    ]) func anotherNameIsRefusedInASentence(name: String, reason: String) {
        let error = #expect(throws: StartError.self) { try PackageName(name) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(error?.code == .usage)
    }

    @Test func noPackageIsNamedLikeATargetOfBrigade() throws {
        let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let targets = manifest.matches(of: #/arget\(\s*name: "([^"]+)"/#).map { String($0.1) }
        #expect(targets.contains("Serving") && targets.contains("BrigadeCommand"))
        for target in targets where !target.hasSuffix("Tests") {
            #expect(throws: StartError.self, "\(target) is free") { try PackageName(target) }
        }
    }

    @Test(arguments: [
        (repository, "brigade"), ("git@example.org:kitchen/fork", "fork"), ("git@example.org:brigade.git", "brigade"),
        ("file:///srv/brigade.git/", "brigade"),
    ]) func aRepositoryIsCalledByTheLastPartOfItsURL(url: String, package: String) throws {
        let source = try BrigadeSource(url)
        #expect(source == .repository(url))
        #expect(source.package == package)
        #expect(try files(source)["Package.swift"]?.contains(#"name: "Brigade", package: "\#(package)")"#) == true)
    }

    @Test func aCheckoutIsFoundByItsPathAndAroundAProgramThatWasBuiltInIt() throws {
        let root = Self.root.path(percentEncoded: false).replacing(#/\/$/#, with: "")
        #expect(try BrigadeSource("\(root)/Tests/..") == .checkout(root))
        #expect(BrigadeSource.around(program: "\(root)/Tests/examples.sh") == .checkout(root))
        #expect(BrigadeSource.around(program: "/bin/sh") == nil)
    }

    @Test(arguments: ["", "/no/such/folder", "/usr", "a\"b", "a b", "a\nb"]) func anotherPlaceIsRefused(text: String) {
        #expect(throws: StartError.self) { try BrigadeSource(text) }
    }

    @Test func eachFileNamesThePackageAndTheTestsItsModule() throws {
        let files = try files(.repository(Self.repository))
        #expect(
            files.keys.sorted() == [
                ".dockerignore", ".gitignore", "Dockerfile", "Package.swift", "README.md", "Sources/to-do/main.swift",
                "Tests/to-doTests/HelloTests.swift",
            ])
        #expect(files["Tests/to-doTests/HelloTests.swift"]?.contains("@testable import to_do\n") == true)
        #expect(files["Sources/to-do/main.swift"]?.contains(#"makeAPI().run("to-do")"#) == true)
        for (path, text) in files {
            #expect(!text.contains("{{") && text.hasSuffix("\n"), "\(path)")
        }
    }

    @Test func anImageIsBuiltWithTheCheckoutWhereTheManifestHasIt() throws {
        let files = try files(.checkout("/src/brigade"))
        #expect(files["Dockerfile"]?.contains("COPY --from=brigade . /src/brigade\n") == true)
        #expect(files["Package.swift"]?.contains(#"path: "/src/brigade""#) == true)
        #expect(files["README.md"]?.contains("--build-context brigade=/src/brigade") == true)
    }

    @Test func whatExistsStaysAsItIs() throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: "brigade-tests-new-\(UUID())")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: parent) }
        let path = parent.appending(path: "shop").path(percentEncoded: false)
        let folder = try PackageFolder(creating: path)
        try folder.write("ours", to: "Sources/shop/main.swift")
        #expect(throws: StartError.self) { try PackageFolder(creating: path) }
        #expect(throws: StartError.self) { try folder.write("another", to: "Sources/shop/main.swift") }
        #expect(try String(contentsOfFile: path + "/Sources/shop/main.swift", encoding: .utf8) == "ours")
    }
}
