/// Which keys of an env file are the application's.
enum EnvFileKeys {
    /// - Throws: a key that must be a mistake, because it has the server's own prefix and is unknown, or because it is
    ///   a letter or two away from a known one.
    static func application(of file: EnvFile) throws(SettingsError) -> [String: String] {
        var application: [String: String] = [:]
        for (key, entry) in file.entries.sorted(by: { $0.value.line < $1.value.line }) {
            let place = Origin.file(path: file.path, line: entry.line)
            if key == Setting.named("env-file").variable {
                throw SettingsError("\(key) in \(place): an env file cannot name another; give it in the environment")
            }
            if KnownVariables.all.contains(key) { continue }
            let question = KnownVariables.question(about: key)
            if key.hasPrefix(KnownVariables.prefix) {
                throw SettingsError("\(key) in \(place): there is no such setting\(question)")
            }
            guard question.isEmpty else { throw SettingsError("\(key) in \(place)\(question)") }
            application[key] = entry.value
        }
        return application
    }
}
