import ArgumentParser
import Contract

/// `brigade new`: a package with an API to start from.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Create a package with an API to start from.",
        discussion: """
            Creates the directory NAME with a manifest, an API in one file, a test, a Dockerfile and a README that says how to \
            build, serve and test it. Existing files are never overwritten.
            """)

    @Argument(help: "The name of the package, its executable and its directory: letters, digits, '-' and '_'.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "Where the package gets Brigade from: the URL of a git repository, or the path of a checkout. (default: the checkout that this 'brigade' was built in)",
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
        if let checkout = BrigadeSource.around(program: BrigadeExecutable.path) { return checkout }
        throw StartError(
            .usage,
            """
            no source of Brigade for \(name); give --brigade with the URL of its git repository or the path of a checkout
            """)
    }
}
