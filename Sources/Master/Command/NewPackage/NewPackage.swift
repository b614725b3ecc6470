/// The files of a new package with an API, from the texts in Template/. Placeholders such as `{{name}}` are replaced.
struct NewPackage {
    let name: PackageName
    let brigade: BrigadeSource

    /// Paths below the package's directory, and the files' texts, in the order in which to read them.
    var files: [(path: String, text: String)] {
        [
            ("Package.swift", PackageResources.Package_swift_txt),
            ("Sources/\(name)/main.swift", PackageResources.main_swift_txt),
            ("Tests/\(name)Tests/HelloTests.swift", PackageResources.tests_swift_txt),
            ("Dockerfile", PackageResources.Dockerfile_txt),
            (".dockerignore", PackageResources.dockerignore_txt),
            (".gitignore", PackageResources.gitignore_txt),
            ("README.md", PackageResources.README_md_txt),
        ].map { ($0, filled(String(decoding: $1, as: UTF8.self))) }
    }

    /// A checkout is outside the package. So the image's build gets it as a second context, and copies it to the path that
    /// the manifest has.
    private var replacements: [String: String] {
        var build = "docker build -t \(name) ."
        var copy = ""
        var note = ""
        if case .checkout(let path) = brigade {
            build = "docker build -t \(name) --build-context brigade=\(path) ."
            copy = "COPY --from=brigade . \(path)\n"
            note = "\n#   \(build)"
        }
        return [
            "name": "\(name)", "module": name.module, "package": brigade.package, "dependency": brigade.dependency,
            "docker-build": build, "copy-brigade": copy, "build-note": note,
        ]
    }

    /// - Precondition: the template's placeholders are closed and known.
    private func filled(_ template: String) -> String {
        let values = replacements
        var text = ""
        var rest = template[...]
        while let start = rest.firstRange(of: "{{") {
            let word = rest[start.upperBound...].prefix { $0 != "}" }
            guard let value = values[String(word)] else { preconditionFailure("a template asks for \(word)") }
            text += rest[..<start.lowerBound] + value
            rest = rest[word.endIndex...].dropFirst(2)
        }
        return text + rest
    }
}
