/// The names of variables that mean something to the server, and those that look as if they did.
enum SettingNames {
    static let all = Set(SettingsSchema.all.map(\.variable) + ["HOST", "PORT"])

    /// A variable that begins like this belongs to the server.
    static let prefix = "BRIGADE_"

    /// `; did you mean ...?`, or nothing.
    private static func suggestion(for name: String) -> String {
        (variable(meantBy: name) ?? NameSuggestion.closest(to: name, among: all)).map { "; did you mean \($0)?" } ?? ""
    }

    /// The variable of a setting that was given by its flag's name, as `WORKERS`, or with the prefix, as
    /// `BRIGADE_WORKERS` and `BRIGADE_WEB_CONCURRENCY`.
    private static func variable(meantBy name: String) -> String? {
        let name = name.uppercased()
        let word = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        if word != name, all.contains(word) { return word }
        return variablesByFlag[word]
    }

    private static let variablesByFlag: [String: String] = {
        let pairs = SettingsSchema.all.map { ($0.flag.uppercased().replacing("-", with: "_"), $0.variable) }
        return Dictionary(pairs) { first, _ in first }
    }()

    // MARK: - The env file

    /// The keys that are no settings: they belong to the application.
    /// - Throws: for an unknown key with the server's prefix.
    static func applicationVariables(in file: EnvFile) throws(SettingsError) -> [String: String] {
        var variables: [String: String] = [:]
        for (key, entry) in file.entries.sorted(by: { $0.value.line < $1.value.line }) {
            let source = SettingSource.file(path: file.path, line: entry.line)
            if key == Settings.schema.envFile.variable {
                throw SettingsError(
                    "\(key) in \(source): an env file cannot name another one; set it in the environment or by --env-file"
                )
            }
            if all.contains(key) { continue }
            if key.hasPrefix(prefix) {
                throw SettingsError("\(key) in \(source): unknown setting\(suggestion(for: key))")
            }
            variables[key] = entry.value
        }
        return variables
    }

    /// Flags whose names are common in applications. (An ENV_FILE would be an error, and is not read.)
    private static let common: Set = ["USER", "GROUP", "WORKER", "ENV_FILE"]

    /// Warnings about an application's keys that are nearly a setting's, or the name of its flag. They may be mistakes, or
    /// be meant. When the setting itself is given too, as by `TIMEOUT=`, they are meant.
    static func warnings(
        about application: [String: String], in file: EnvFile, _ reader: SettingsReader
    ) -> [String] {
        let entries = file.entries.filter { application[$0.key] != nil }.sorted { $0.value.line < $1.value.line }
        return entries.compactMap { key, entry in
            let named = common.contains(key.uppercased()) ? nil : variable(meantBy: key)
            guard let meant = named ?? NameSuggestion.closest(to: key, among: all), !reader.mentions(meant)
            else { return nil }
            let source = SettingSource.file(path: file.path, line: entry.line)
            return "\(key) in \(source) is not a setting and is passed to the application; did you mean \(meant)? "
                + "If not, silence this warning with the empty line '\(meant)='"
        }
    }

    // MARK: - The process environment

    /// Warnings about variables with the server's prefix that are unknown.
    static func warnings(about environment: [String: String]) -> [String] {
        environment.keys.sorted().compactMap { name in
            guard name.hasPrefix(prefix), !all.contains(name), !WorkerEnvironment.names.contains(name),
                !isKubernetesServiceVariable(name, environment[name] ?? "")
            else { return nil }
            return "\(name) in the environment: unknown setting\(suggestion(for: name))"
        }
    }

    /// Kubernetes sets variables in each container for each service of the namespace. For one called brigade or brigade-x
    /// they are BRIGADE_X_SERVICE_HOST, BRIGADE_X_SERVICE_PORT_HTTP, BRIGADE_X_PORT=tcp://... and
    /// BRIGADE_X_PORT_80_TCP_ADDR.
    private static func isKubernetesServiceVariable(_ name: String, _ value: String) -> Bool {
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        if name.hasSuffix("_PORT"), value.contains("://") { return true }
        for index in words.indices.dropFirst() {
            let rest = Array(words[index...])
            switch rest.first {
            case "SERVICE" where rest == ["SERVICE", "HOST"] || rest.starts(with: ["SERVICE", "PORT"]): return true
            case "PORT":
                guard rest.count == 3 || rest.count == 4, UInt16(rest[1]) != nil else { continue }
                guard ["TCP", "UDP", "SCTP"].contains(rest[2]) else { continue }
                if rest.count == 3 || ["PROTO", "PORT", "ADDR"].contains(rest[3]) { return true }
            default: continue
            }
        }
        return false
    }
}
