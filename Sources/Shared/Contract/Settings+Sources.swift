/// A setting whose text is no value, and where that text stands.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension Settings {
    /// The settings that flags and an environment give: flags over environment over defaults.
    ///
    /// HOST and PORT, as platforms give them, stand for `BIND`. An empty variable is as good as none.
    /// - Parameter flags: the texts by flag, without dashes; of a flag given several times all.
    /// - Throws: what is wrong with a value, with its name and where it stands.
    package static func resolved(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> Settings {
        var settings = Settings()
        func read(_ setting: Setting, _ text: String, from source: String) throws(SettingsError) {
            do {
                try setting.read(text, &settings)
            } catch {
                throw SettingsError(description: "\(source): '\(text)' will not do: \(error)")
            }
        }
        for setting in Setting.all {
            if let texts = flags[setting.flag], !texts.isEmpty {
                try read(setting, texts.joined(separator: ","), from: "--\(setting.flag)")
            } else if let text = environment[setting.variable], !text.isEmpty {
                try read(setting, text, from: "\(setting.variable) in the environment")
            } else if setting.flag == "bind", let text = hostAndPort(environment) {
                try read(setting, text, from: "HOST and PORT in the environment")
            }
        }
        return settings
    }

    /// As a worker is given them, fully resolved: the text of each by its environment variable.
    package var environment: [String: String] {
        var variables: [String: String] = [:]
        for setting in Setting.all { variables[setting.variable] = setting.write(self) }
        return variables
    }

    private static func hostAndPort(_ environment: [String: String]) -> String? {
        let host = environment["HOST"].flatMap { $0.isEmpty ? nil : $0 }
        let port = environment["PORT"].flatMap { $0.isEmpty ? nil : $0 }
        guard host != nil || port != nil else { return nil }
        let name = host ?? "127.0.0.1"
        return "\(name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name):\(port ?? "8001")"
    }
}
