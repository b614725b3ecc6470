/// The settings that all sources together give: flags over the environment over the env file over defaults.
package struct Resolution: Sendable {
    package var settings = Settings()
    /// Where each value comes from, by flag.
    package var origins: [String: Origin] = [:]
    /// What is wrong and does no harm.
    package var warnings: [String] = []
    /// The env file's other keys, which are the application's.
    package var application: [String: String] = [:]

    /// An empty variable is as good as none, in the environment and in the file.
    /// - Parameter flags: the texts by flag, without dashes; of a flag given several times all.
    /// - Throws: what is wrong with a value or a name, and where it stands.
    package init(
        flags: [String: [String]], environment: [String: String], file: EnvFile?
    ) throws(SettingsError) {
        let sources = SettingSources(flags: flags, environment: environment, file: file)
        if let file { application = try EnvFileKeys.application(of: file) }
        warnings = UnknownVariables.warnings(about: environment)
        for later in LaterSetting.all {
            if let found = sources.text(flag: later.flag, variable: later.variable) {
                try later.refuse(found.text, from: found.name)
            }
        }
        for setting in Setting.all {
            guard let found = try sources.text(of: setting) else {
                origins[setting.flag] = .default
                continue
            }
            do {
                try setting.read(found.text, &settings)
            } catch {
                throw SettingsError("\(found.name): '\(found.text)' will not do: \(error)")
            }
            origins[setting.flag] = found.origin
        }
        try placeControl(environment)
        try checkReload(sources)
    }

    /// The env file that flags or the environment name, and everything together.
    package static func reading(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> Resolution {
        let sources = SettingSources(flags: flags, environment: environment, file: nil)
        let setting = Setting.named("env-file")
        let path = sources.text(flag: setting.flag, variable: setting.variable)?.text
        let file: EnvFile?
        if let path, !path.isEmpty { file = try EnvFile(path: path) } else { file = nil }
        return try Resolution(flags: flags, environment: environment, file: file)
    }

    /// Without a word about it, the control socket stands in the folder that the service manager made (systemd.exec(5)).
    private mutating func placeControl(_ environment: [String: String]) throws(SettingsError) {
        guard origins["control"] == .default, let folders = environment["RUNTIME_DIRECTORY"],
            let folder = folders.split(separator: ":").first
        else { return }
        let path = "\(folder)/control.sock"
        do {
            settings.control = try BindAddress.path(path)
        } catch {
            throw SettingsError("the control socket \(path), in RUNTIME_DIRECTORY: \(error); give another by --control")
        }
        origins["control"] = .derived("RUNTIME_DIRECTORY in the environment")
    }

    /// A reload that may have neither one worker more nor one fewer could not begin.
    private func checkReload(_ sources: SettingSources) throws(SettingsError) {
        guard settings.maxSurge == 0, settings.maxUnavailable == 0 else { return }
        let name = try sources.text(of: .named("max-surge"))?.name ?? "max-surge"
        throw SettingsError("\(name): '0' will not do while max-unavailable is 0 too: give one of them 1 or more")
    }
}

extension Settings {
    /// What flags and an environment give, without an env file: a worker is given everything in its environment.
    /// - Throws: what is wrong with a value, with its name and where it stands.
    package static func resolved(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> Settings {
        try Resolution(flags: flags, environment: environment, file: nil).settings
    }

    /// As a worker is given them, fully resolved: the text of each by its environment variable.
    package var environment: [String: String] {
        var variables: [String: String] = [:]
        for setting in Setting.all { variables[setting.variable] = setting.write(self) }
        return variables
    }
}
