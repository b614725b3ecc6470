/// Where the value of a setting comes from.
package enum SettingSource: Equatable, Sendable, CustomStringConvertible {
    /// The command line.
    case flag
    /// A variable of the process environment, by its name.
    case environment(String)
    /// A line of the env file.
    case file(path: String, line: Int)
    case `default`
    /// Computed from something else, which the text names.
    case derived(String)

    /// The value can change only by a restart: a process keeps its command line and its environment.
    package var needsRestart: Bool {
        switch self {
        case .flag, .environment: true
        case .file, .default, .derived: false
        }
    }

    package var description: String {
        switch self {
        case .flag: "command line"
        case .environment(let name): "\(name) in the environment"
        case .file(let path, let line): "\(path):\(line)"
        case .default: "default"
        case .derived(let text): text
        }
    }
}

/// Finds the text of a setting in the places where it may be given. The strongest place is first: flags, the environment,
/// the env file.
struct SettingsReader {
    private let flags: [String: [String]]
    private let file: EnvFile?
    private var environment: [String: String]
    /// The environment is a master's to its child: every name in it is the server's.
    private let isFromMaster: Bool
    /// Texts in the environment that were invalid, and may be meant for another program.
    private(set) var ignored: [IgnoredText] = []

    init(flags: [String: [String]], environment: [String: String], file: EnvFile?, isFromMaster: Bool = false) {
        self.isFromMaster = isFromMaster
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    struct GivenText {
        let text: String
        /// Which flag or key, and where, for errors.
        let name: String
        let source: SettingSource
        /// As it was given, and where: `HOST=example (environment)`.
        let assignment: String

        /// The variable of the process environment, if its name is one that other programs use too.
        var sharedVariable: String? {
            guard case .environment(let name) = source, !name.hasPrefix(SettingNames.prefix) else { return nil }
            return name
        }

        /// For a log line: another program's value may be long.
        var shortText: String { text.count > 60 ? "\(text.prefix(60))..." : text }
    }

    struct IgnoredText {
        let setting: any SettingDeclaration
        let given: GivenText
        let reason: String
    }

    /// Reads the setting from the strongest place that has it. An invalid value is an error. In a variable that may be
    /// meant for another program it is ignored, and the next place counts.
    /// - Returns: what was read; nil for a setting that has its default.
    mutating func read(
        _ setting: any SettingDeclaration, into settings: inout Settings
    ) throws(SettingsError) -> GivenText? {
        while let given = try text(of: setting) {
            do {
                try setting.read(given.text, into: &settings)
                return given
            } catch {
                try ignore(given, of: setting, because: "\(error)")
            }
        }
        return nil
    }

    /// - Throws: the reason, when the value is meant for this server.
    mutating func ignore(
        _ given: GivenText, of setting: any SettingDeclaration, because reason: String
    ) throws(SettingsError) {
        guard !isFromMaster, let variable = given.sharedVariable else {
            throw SettingsError("\(given.name): invalid value '\(given.text)': \(reason)")
        }
        environment[variable] = nil
        ignored.append(IgnoredText(setting: setting, given: given, reason: reason))
    }

    mutating func text(of setting: any SettingDeclaration) throws(SettingsError) -> GivenText? {
        let bind = Settings.schema.bind
        guard setting.flag == bind.flag else { return text(flag: setting.flag, variable: setting.variable) }
        if let given = flag(bind.flag) ?? inEnvironment(bind.variable) { return given }
        for part in ["HOST", "PORT"] {
            guard let given = inEnvironment(part), let reason = Self.problem(of: part, given.text) else { continue }
            try ignore(given, of: setting, because: reason)
        }
        if inEnvironment("HOST") != nil || inEnvironment("PORT") != nil { return try hostAndPort() }
        if let given = inFile(bind.variable) { return given }
        return try hostAndPort()
    }

    func text(flag name: String, variable: String) -> GivenText? {
        flag(name) ?? inEnvironment(variable) ?? inFile(variable)
    }

    /// Whether a known variable is given anywhere, even as empty.
    func mentions(_ variable: String) -> Bool {
        if environment[variable] != nil || file?.entries[variable] != nil { return true }
        // BIND says all that HOST and PORT could.
        if variable == "HOST" || variable == "PORT" { return mentions(Settings.schema.bind.variable) }
        return SettingsSchema.all.contains { $0.variable == variable && flag($0.flag) != nil }
    }

    private func flag(_ flag: String) -> GivenText? {
        guard let texts = flags[flag], !texts.isEmpty else { return nil }
        let text = texts.joined(separator: ",")
        return GivenText(
            text: text, name: "--\(flag)", source: .flag, assignment: "--\(flag) \(text) (command line)")
    }

    private func inEnvironment(_ variable: String) -> GivenText? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        let source = SettingSource.environment(variable)
        return GivenText(
            text: text, name: source.description, source: source, assignment: "\(variable)=\(text) (environment)")
    }

    private func inFile(_ variable: String) -> GivenText? {
        guard let file, let entry = file.entries[variable], !entry.value.isEmpty else { return nil }
        let source = SettingSource.file(path: file.path, line: entry.line)
        return GivenText(
            text: entry.value, name: "\(variable) in \(source)", source: source,
            assignment: "\(variable)=\(entry.value) (\(source))")
    }

    /// Platforms set HOST and PORT instead of BIND. Each may be given alone, and in a place of its own.
    private func hostAndPort() throws(SettingsError) -> GivenText? {
        let host = inEnvironment("HOST") ?? inFile("HOST")
        let port = inEnvironment("PORT") ?? inFile("PORT")
        guard let first = host ?? port else { return nil }
        let address = BindAddress.tcp(
            host: try parse(host, BindAddress.host) ?? "127.0.0.1", port: try parse(port, BindAddress.port) ?? 8001)
        var source = first.source
        if let host, let port { source = .derived("\(host.name) and \(port.name)") }
        let assignment = [host, port].compactMap { $0?.assignment }.joined(separator: " and ")
        return GivenText(text: address.description, name: first.name, source: source, assignment: assignment)
    }

    private func parse<Value>(
        _ given: GivenText?, _ parser: (String) throws(InvalidValue) -> Value
    ) throws(SettingsError) -> Value? {
        guard let given else { return nil }
        do {
            return try parser(given.text)
        } catch {
            throw SettingsError("\(given.name): invalid value '\(given.text)': \(error)")
        }
    }

    /// What is wrong with a HOST or a PORT.
    private static func problem(of variable: String, _ text: String) -> String? {
        do throws(InvalidValue) {
            if variable == "PORT" { _ = try BindAddress.port(text) } else { _ = try BindAddress.host(text) }
            return nil
        } catch {
            // Kubernetes and Docker set such a variable for a service that is called HOST or PORT.
            return text.contains("://") ? "\(error); it seems to describe another service, so set BIND" : "\(error)"
        }
    }
}
