/// The places where a setting may stand, the strongest first: flags, the environment, the env file.
struct SettingSources {
    let flags: [String: [String]]
    let file: EnvFile?
    private var environment: [String: String]
    /// Whether the environment is a master's to its child: then all names in it are the server's own.
    private let isHandedOver: Bool
    /// What stood in the environment, made no sense, and was taken out of it.
    private(set) var passedOver: [PassedOver] = []

    init(flags: [String: [String]], environment: [String: String], file: EnvFile?, isHandedOver: Bool = false) {
        self.isHandedOver = isHandedOver
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    struct Found {
        let text: String
        /// Which flag or key, and where, for whoever reads an error.
        let name: String
        let origin: Origin
        /// As it was given, and where: `HOST=example (environment)`.
        let assignment: String

        /// The variable of the process environment that it stands in, when programs of all kinds use that name.
        var sharedVariable: String? {
            guard case .environment(let name) = origin, !name.hasPrefix(KnownVariables.prefix) else { return nil }
            return name
        }

        /// It may be anything: as much of it as a line can bear.
        var shownText: String { text.count > 60 ? "\(text.prefix(60))..." : text }
    }

    /// A value of a shared name that this server cannot have been meant by.
    struct PassedOver {
        let setting: Setting
        let found: Found
        let reason: String
    }

    /// Reads the setting from the strongest place where it stands. A value that makes no sense is an error, but in a
    /// variable that may be somebody else's: then the next place counts.
    /// - Returns: what was read; nil for a setting that has its default.
    mutating func read(_ setting: Setting, into settings: inout Settings) throws(SettingsError) -> Found? {
        while let found = try text(of: setting) {
            do {
                try setting.read(found.text, &settings)
                return found
            } catch {
                try passOver(found, of: setting, because: "\(error)")
            }
        }
        return nil
    }

    /// - Throws: what is wrong with it, when it is this server's own.
    mutating func passOver(_ found: Found, of setting: Setting, because reason: String) throws(SettingsError) {
        guard !isHandedOver, let variable = found.sharedVariable else {
            throw SettingsError("\(found.name): '\(found.text)' will not do: \(reason)")
        }
        environment[variable] = nil
        passedOver.append(PassedOver(setting: setting, found: found, reason: reason))
    }

    mutating func text(of setting: Setting) throws(SettingsError) -> Found? {
        guard setting.flag == "bind" else { return text(flag: setting.flag, variable: setting.variable) }
        if let found = flag("bind") ?? inEnvironment("BIND") { return found }
        for part in ["HOST", "PORT"] {
            guard let found = inEnvironment(part), let reason = Self.fault(of: part, found.text) else { continue }
            try passOver(found, of: setting, because: reason)
        }
        if inEnvironment("HOST") != nil || inEnvironment("PORT") != nil { return try hostAndPort() }
        if let found = inFile("BIND") { return found }
        return try hostAndPort()
    }

    func text(flag name: String, variable: String) -> Found? {
        flag(name) ?? inEnvironment(variable) ?? inFile(variable)
    }

    /// Whether anything is said about a known variable, were it only that it is empty.
    func mentions(_ variable: String) -> Bool {
        if environment[variable] != nil || file?.entries[variable] != nil { return true }
        // BIND says all that HOST and PORT could.
        if variable == "HOST" || variable == "PORT" { return mentions("BIND") }
        return Setting.all.contains { $0.variable == variable && flag($0.flag) != nil }
    }

    private func flag(_ flag: String) -> Found? {
        guard let texts = flags[flag], !texts.isEmpty else { return nil }
        let text = texts.joined(separator: ",")
        return Found(text: text, name: "--\(flag)", origin: .flag, assignment: "--\(flag) \(text) (command line)")
    }

    private func inEnvironment(_ variable: String) -> Found? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        let origin = Origin.environment(variable)
        return Found(
            text: text, name: origin.description, origin: origin, assignment: "\(variable)=\(text) (environment)")
    }

    private func inFile(_ variable: String) -> Found? {
        guard let file, let entry = file.entries[variable], !entry.value.isEmpty else { return nil }
        let origin = Origin.file(path: file.path, line: entry.line)
        return Found(
            text: entry.value, name: "\(variable) in \(origin)", origin: origin,
            assignment: "\(variable)=\(entry.value) (\(origin))")
    }

    /// HOST and PORT, as platforms give them, stand for BIND; each may stand alone, and in a place of its own.
    private func hostAndPort() throws(SettingsError) -> Found? {
        let host = inEnvironment("HOST") ?? inFile("HOST")
        let port = inEnvironment("PORT") ?? inFile("PORT")
        guard let first = host ?? port else { return nil }
        let address = BindAddress.tcp(
            host: try read(host, BindAddress.host) ?? "127.0.0.1", port: try read(port, BindAddress.port) ?? 8001)
        var origin = first.origin
        if let host, let port { origin = .derived("\(host.name) and \(port.name)") }
        let assignment = [host, port].compactMap { $0?.assignment }.joined(separator: " and ")
        return Found(text: address.description, name: first.name, origin: origin, assignment: assignment)
    }

    private func read<Value>(
        _ found: Found?, _ value: (String) throws(BadValue) -> Value
    ) throws(SettingsError) -> Value? {
        guard let found else { return nil }
        do {
            return try value(found.text)
        } catch {
            throw SettingsError("\(found.name): '\(found.text)' will not do: \(error)")
        }
    }

    /// What is wrong with a HOST or a PORT.
    private static func fault(of variable: String, _ text: String) -> String? {
        do throws(BadValue) {
            if variable == "PORT" { _ = try BindAddress.port(text) } else { _ = try BindAddress.host(text) }
            return nil
        } catch {
            // What Kubernetes and Docker say about another service by the name of HOST or PORT is no address of ours.
            return text.contains("://") ? "\(error); it seems to tell of another service: give BIND" : "\(error)"
        }
    }
}
