/// The settings that all places together give: flags over the environment over the env file over defaults.
package struct ResolvedSettings: Sendable {
    package private(set) var settings = Settings()
    /// Where each value comes from, by flag.
    package private(set) var sources: [String: SettingSource] = [:]
    /// What was given, by flag, with the name and the place: `HOST=example (environment)`. Defaults are not here.
    private var assignments: [String: String] = [:]
    /// Problems that do no harm.
    package private(set) var warnings: [String] = []
    /// The path of the env file that was read.
    package let file: String?
    /// The env file's other keys, which belong to the application.
    package private(set) var applicationVariables: [String: String] = [:]

    /// An empty variable counts as none, in the environment and in the file.
    /// - Parameters:
    ///   - flags: the texts by flag, without dashes; a flag may be given several times.
    ///   - isFromMaster: whether the environment is what a master has made of its settings. Then every invalid value is an
    ///     error, whatever its name.
    /// - Throws: what is wrong with a value or a name, and where it was set.
    package init(
        flags: [String: [String]], environment: [String: String], file: EnvFile?, isFromMaster: Bool = false
    ) throws(SettingsError) {
        self.file = file?.path
        var reader = SettingsReader(flags: flags, environment: environment, file: file, isFromMaster: isFromMaster)
        warnings = SettingNames.warnings(about: environment)
        if let file { applicationVariables = try SettingNames.applicationVariables(in: file) }
        for setting in SettingsSchema.all { try read(setting, &reader) }
        let schema = Settings.schema
        if case .file? = sources[schema.chdir.flag] {
            let name = try reader.text(of: schema.chdir)?.name ?? schema.chdir.variable
            throw SettingsError(
                "\(name): the env file cannot set it, because its own path depends on it; use --chdir or the environment"
            )
        }
        try warnOfUmask(&reader)
        placeControlSocket(environment)
        try checkReloadLimits(&reader)
        warnings += reader.ignored.map(warning)
        if let file { warnings += SettingNames.warnings(about: applicationVariables, in: file, reader) }
    }

    private mutating func read(
        _ setting: any SettingDeclaration, _ reader: inout SettingsReader
    ) throws(SettingsError) {
        let given = try reader.read(setting, into: &settings)
        sources[setting.flag] = given?.source ?? .default
        assignments[setting.flag] = given?.assignment
    }

    private func warning(_ ignored: SettingsReader.IgnoredText) -> String {
        let (setting, given) = (ignored.setting, ignored.given)
        let source = sources[setting.flag] ?? .default
        let value = setting.text(in: settings) ?? "unset"
        return "\(given.name): '\(given.shortText)' is ignored: \(ignored.reason); "
            + "\(setting.flag) is \(value) (\(source)); "
            + "to silence this warning, unset \(given.sharedVariable ?? setting.variable) or set --\(setting.flag)"
    }

    /// A setting's name, value and source, for errors about it.
    package func assignment(of flag: String) -> String {
        if let given = assignments[flag] { return given }
        let value = SettingsSchema.setting(flag).text(in: settings) ?? "unset"
        return "\(flag)=\(value) (\(sources[flag] ?? .default))"
    }

    /// The setting by which an operator can choose another address, for errors.
    package var bindSetting: String {
        let given = assignments[Settings.schema.bind.flag] ?? ""
        let isFromPlatform = given.hasPrefix("HOST=") || given.hasPrefix("PORT=")
        return isFromPlatform ? "--bind or BIND, which override HOST and PORT" : "--bind or BIND"
    }

    /// The directory to change to before any file is opened, with its assignment. The env file cannot set it.
    package static func directory(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> (path: String, assignment: String)? {
        let setting = Settings.schema.chdir
        let reader = SettingsReader(flags: flags, environment: environment, file: nil)
        guard let given = reader.text(flag: setting.flag, variable: setting.variable), !given.text.isEmpty else {
            return nil
        }
        return (given.text, given.assignment)
    }

    /// The env file that flags or the environment name; nil when they name none.
    package static func envFilePath(flags: [String: [String]], environment: [String: String]) -> String? {
        let reader = SettingsReader(flags: flags, environment: environment, file: nil)
        let setting = Settings.schema.envFile
        let text = reader.text(flag: setting.flag, variable: setting.variable)?.text
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// By default the control socket is in the directory that the service manager made (systemd.exec(5)).
    private mutating func placeControlSocket(_ environment: [String: String]) {
        let flag = Settings.schema.control.flag
        guard sources[flag] == .default, let directories = environment["RUNTIME_DIRECTORY"],
            let directory = directories.split(separator: ":").first
        else { return }
        let path = "\(directory)/control.sock"
        do {
            settings.control = try BindAddress.path(path)
            sources[flag] = .derived("RUNTIME_DIRECTORY in the environment")
        } catch {
            warnings.append(
                "RUNTIME_DIRECTORY in the environment: no control socket at \(path): \(error); "
                    + "to silence this warning, set --control")
        }
    }

    /// An umask protects other servers' sockets, and somebody may rely on it.
    private mutating func warnOfUmask(_ reader: inout SettingsReader) throws(SettingsError) {
        let schema = Settings.schema
        guard let umask = settings.umask, umask & settings.socketMode & 0o022 != 0,
            sources[schema.socketMode.flag] == .default,
            settings.bind.contains(where: { if case .unix = $0 { true } else { false } }),
            let given = try reader.text(of: schema.umask)
        else { return }
        let mode = ValueSyntax.text(mode: settings.socketMode)
        warnings.append(
            "\(given.name) \(given.text) does not apply to unix sockets, whose mode is \(mode); "
                + "set --socket-mode to choose who may connect")
    }

    /// A reload that may run neither one worker more nor one fewer could not start.
    private mutating func checkReloadLimits(_ reader: inout SettingsReader) throws(SettingsError) {
        let surge = Settings.schema.maxSurge
        while settings.maxSurge == 0, settings.maxUnavailable == 0, let given = try reader.text(of: surge) {
            try reader.ignore(
                given, of: surge,
                because: "max-surge and max-unavailable cannot both be 0; set one of them to 1 or more")
            settings.maxSurge = surge.defaultValue
            try read(surge, &reader)
        }
    }
}
