/// The settings that all sources together give: flags over the environment over the env file over defaults.
package struct Resolution: Sendable {
    package var settings = Settings()
    /// Where each value comes from, by flag.
    package var origins: [String: Origin] = [:]
    /// What was given, by flag, with the name and the place: `HOST=example (environment)`. Nothing of a default.
    private var assignments: [String: String] = [:]
    /// What is wrong and does no harm.
    package var warnings: [String] = []
    /// The path of the env file that was read.
    package let file: String?
    /// The env file's other keys, which are the application's.
    package var application: [String: String] = [:]

    /// An empty variable is as good as none, in the environment and in the file.
    /// - Parameters:
    ///   - flags: the texts by flag, without dashes; of a flag given several times all.
    ///   - isHandedOver: whether the environment is what a master has made of its settings. What this build does not
    ///     understand of them is an error then, whatever its name.
    /// - Throws: what is wrong with a value or a name, and where it stands.
    package init(
        flags: [String: [String]], environment: [String: String], file: EnvFile?, isHandedOver: Bool = false
    ) throws(SettingsError) {
        self.file = file?.path
        var sources = SettingSources(
            flags: flags, environment: environment, file: file, isHandedOver: isHandedOver)
        warnings = UnknownVariables.warnings(about: environment)
        if let file { application = try EnvFileKeys.application(of: file) }
        for later in LaterSetting.all {
            guard let found = sources.text(flag: later.flag, variable: later.variable) else { continue }
            if let warning = try later.judge(found) { warnings.append(warning) }
        }
        for setting in Setting.all { try read(setting, &sources) }
        if case .file? = origins["chdir"] {
            let name = try sources.text(of: .named("chdir"))?.name ?? "BRIGADE_CHDIR"
            throw SettingsError(
                "\(name): the env file itself is looked for there; give it by --chdir or in the environment")
        }
        try warnOfUmask(&sources)
        placeControl(environment)
        try checkReload(&sources)
        warnings += sources.passedOver.map(warning)
        if let file { warnings += EnvFileKeys.warnings(about: application, of: file, sources) }
    }

    private mutating func read(_ setting: Setting, _ sources: inout SettingSources) throws(SettingsError) {
        let found = try sources.read(setting, into: &settings)
        origins[setting.flag] = found?.origin ?? .default
        assignments[setting.flag] = found?.assignment
    }

    /// What stands in the environment for whom it may, and what is taken in its place.
    private func warning(_ passedOver: SettingSources.PassedOver) -> String {
        let (setting, found) = (passedOver.setting, passedOver.found)
        let origin = origins[setting.flag] ?? .default
        let instead = setting.write(settings) ?? "unset"
        return "\(found.name): '\(found.shownText)' is passed over: \(passedOver.reason); "
            + "\(setting.flag) is \(instead) (\(origin)); "
            + "to silence this, unset \(found.sharedVariable ?? setting.variable) or give --\(setting.flag)"
    }

    /// A setting's name, value and origin, for whoever reads an error about it.
    package func assignment(of flag: String) -> String {
        if let given = assignments[flag] { return given }
        let value = Setting.named(flag).write(settings) ?? "unset"
        return "\(flag)=\(value) (\(origins[flag] ?? .default))"
    }

    /// By which setting another address is chosen than the one that a platform may have given.
    package var bindSetting: String {
        let isPlatforms = assignments["bind"].map { $0.hasPrefix("HOST=") || $0.hasPrefix("PORT=") } ?? false
        return isPlatforms ? "--bind or BIND, which stand over HOST and PORT" : "--bind or BIND"
    }

    /// Where to go before anything is opened, an env file too: so an env file cannot say it. With its name and origin.
    package static func folder(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> (path: String, assignment: String)? {
        let setting = Setting.named("chdir")
        let sources = SettingSources(flags: flags, environment: environment, file: nil)
        guard let found = sources.text(flag: setting.flag, variable: setting.variable), !found.text.isEmpty else {
            return nil
        }
        return (found.text, found.assignment)
    }

    /// The env file that flags or the environment name, as they spell it; nil when none does.
    package static func envFilePath(flags: [String: [String]], environment: [String: String]) -> String? {
        let sources = SettingSources(flags: flags, environment: environment, file: nil)
        let setting = Setting.named("env-file")
        let text = sources.text(flag: setting.flag, variable: setting.variable)?.text
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Without a word about it, the control socket stands in the folder that the service manager made (systemd.exec(5)).
    private mutating func placeControl(_ environment: [String: String]) {
        guard origins["control"] == .default, let folders = environment["RUNTIME_DIRECTORY"],
            let folder = folders.split(separator: ":").first
        else { return }
        let path = "\(folder)/control.sock"
        do {
            settings.control = try BindAddress.path(path)
            origins["control"] = .derived("RUNTIME_DIRECTORY in the environment")
        } catch {
            warnings.append(
                "RUNTIME_DIRECTORY in the environment: there is no control socket, for \(path) will not do: \(error); "
                    + "to silence this, give --control")
        }
    }

    /// Where the umask makes the rights of sockets, people use it to keep others out.
    private mutating func warnOfUmask(_ sources: inout SettingSources) throws(SettingsError) {
        guard let umask = settings.umask, umask & settings.socketMode & 0o022 != 0, origins["socket-mode"] == .default,
            settings.bind.contains(where: { if case .unix = $0 { true } else { false } }),
            let found = try sources.text(of: .named("umask"))
        else { return }
        let mode = Units.text(octal: settings.socketMode)
        warnings.append(
            "\(found.name) \(found.text) takes nothing from the unix sockets, which are \(mode); "
                + "--socket-mode says who may connect")
    }

    /// A reload that may have neither one worker more nor one fewer could not begin.
    private mutating func checkReload(_ sources: inout SettingSources) throws(SettingsError) {
        let surge = Setting.named("max-surge")
        while settings.maxSurge == 0, settings.maxUnavailable == 0, let found = try sources.text(of: surge) {
            try sources.passOver(
                found, of: surge, because: "with max-unavailable 0 no reload could begin: give one of them 1 or more")
            settings.maxSurge = Settings().maxSurge
            try read(surge, &sources)
        }
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
