/// Which keys of an env file are the application's.
enum EnvFileKeys {
    /// - Throws: a key that must be a mistake, because it has the server's own prefix and is unknown.
    static func application(of file: EnvFile) throws(SettingsError) -> [String: String] {
        var application: [String: String] = [:]
        for (key, entry) in file.entries.sorted(by: { $0.value.line < $1.value.line }) {
            let place = Origin.file(path: file.path, line: entry.line)
            if key == Setting.named("env-file").variable {
                throw SettingsError("\(key) in \(place): an env file cannot name another; give it in the environment")
            }
            if KnownVariables.all.contains(key) { continue }
            if key.hasPrefix(KnownVariables.prefix) {
                throw SettingsError(
                    "\(key) in \(place): there is no such setting\(KnownVariables.question(about: key))")
            }
            application[key] = entry.value
        }
        return application
    }

    /// Flags whose names are those of many applications' own variables. An ENV_FILE would be an error, and not read.
    private static let common: Set = ["USER", "GROUP", "WORKER", "ENV_FILE"]

    /// Keys that are a letter or two away from a setting's, or the name of its flag. They may be slips, or be meant as
    /// they stand: whoever says anything about the setting itself, such as `TIMEOUT=`, knows it, and a TIMEOUTS beside it
    /// is no slip.
    static func warnings(
        about application: [String: String], of file: EnvFile, _ sources: SettingSources
    ) -> [String] {
        let entries = file.entries.filter { application[$0.key] != nil }.sorted { $0.value.line < $1.value.line }
        return entries.compactMap { key, entry in
            let named = common.contains(key.uppercased()) ? nil : KnownVariables.named(key)
            guard let meant = named ?? Spelling.suggestion(for: key, among: KnownVariables.all),
                !sources.mentions(meant)
            else { return nil }
            let place = Origin.file(path: file.path, line: entry.line)
            return "\(key) in \(place) is no setting and goes to the application; did you mean \(meant)? "
                + "To silence this, add the line '\(meant)=', which leaves that setting as it is"
        }
    }
}
