import ArgumentParser
import Contract

/// `brigade new`: a package that serves an API, to begin with.
struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a package that serves an API, to begin with.",
        discussion: """
            Makes the folder NAME with a manifest, an API in one file, a test, a Dockerfile and a README that tells how to \
            build, serve and test it. What exists is never overwritten.
            """)

    @Argument(help: "The package, its executable and its folder: letters, digits, '-' and '_'.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "Where the package gets Brigade from: the URL of its git repository, or the path of a checkout. (default: the checkout that this 'brigade' was built in)",
            valueName: "url-or-path"))
    var brigade: String?

    func run() throws {
        let name = try PackageName(name)
        let package = NewPackage(name: name, brigade: try source(for: name))
        let folder = try PackageFolder(creating: "\(name)")
        for (path, text) in package.files {
            try folder.write(text, to: path)
            print("\(name)/\(path)")
        }
        print(
            """

            Next:
              cd \(name)
              swift build && swift build --product brigade
              .build/debug/brigade serve --worker .build/debug/\(name)
            """)
    }

    private func source(for name: PackageName) throws(StartError) -> BrigadeSource {
        if let brigade { return try BrigadeSource(brigade) }
        if let checkout = BrigadeSource.around(program: OwnProgram.path) { return checkout }
        throw StartError(
            .usage,
            """
            where does \(name) get Brigade from? Say it by --brigade: the URL of its git repository, or the path of a \
            checkout
            """)
    }
}
