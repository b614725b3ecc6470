/// The places where a setting may stand, the strongest first: flags, the environment, the env file.
struct SettingSources {
    let flags: [String: [String]]
    let environment: [String: String]
    let file: EnvFile?

    struct Found {
        let text: String
        /// Which flag or key, and where, for whoever reads an error.
        let name: String
        let origin: Origin
    }

    func text(of setting: Setting) throws(SettingsError) -> Found? {
        guard setting.flag == "bind" else { return text(flag: setting.flag, variable: setting.variable) }
        if let found = flag("bind") ?? inEnvironment("BIND") { return found }
        if inEnvironment("HOST") != nil || inEnvironment("PORT") != nil { return try hostAndPort() }
        if let found = inFile("BIND") { return found }
        return try hostAndPort()
    }

    func text(flag name: String, variable: String) -> Found? {
        flag(name) ?? inEnvironment(variable) ?? inFile(variable)
    }

    private func flag(_ flag: String) -> Found? {
        guard let texts = flags[flag], !texts.isEmpty else { return nil }
        return Found(text: texts.joined(separator: ","), name: "--\(flag)", origin: .flag)
    }

    private func inEnvironment(_ variable: String) -> Found? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        let origin = Origin.environment(variable)
        return Found(text: text, name: origin.description, origin: origin)
    }

    private func inFile(_ variable: String) -> Found? {
        guard let file, let entry = file.entries[variable], !entry.value.isEmpty else { return nil }
        let origin = Origin.file(path: file.path, line: entry.line)
        return Found(text: entry.value, name: "\(variable) in \(origin)", origin: origin)
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
        return Found(text: address.description, name: first.name, origin: origin)
    }

    private func read<Value>(
        _ found: Found?, _ value: (String) throws(BadValue) -> Value
    ) throws(SettingsError) -> Value? {
        guard let found else { return nil }
        do {
            return try value(found.text)
        } catch {
            // What Kubernetes and Docker say about another service by the name of HOST or PORT is no address of ours.
            let link = found.text.contains("://") ? "; it seems to tell of another service: give BIND" : ""
            throw SettingsError("\(found.name): '\(found.text)' will not do: \(error)\(link)")
        }
    }
}
