import Contract

extension Plan {
    /// A setting whose value differs between two readings.
    struct Change: Equatable {
        /// Its environment variable, which is its key in the env file.
        let variable: String
        /// `unset` where there is none.
        let old: String
        let new: String
        /// Only a restart brings the new value; until then the old one stays.
        let needsRestart: Bool
    }

    /// The settings that differ from the running server's, in the order of the documentation.
    func changes(from running: Settings) -> [Change] {
        Setting.all.compactMap { setting in
            let old = setting.write(running)
            let new = setting.write(settings)
            guard old != new else { return nil }
            return Change(
                variable: setting.variable, old: old ?? "unset", new: new ?? "unset",
                needsRestart: setting.change == .restart)
        }
    }

    /// The application's keys of the env file that differ in the other; their values may be secrets.
    func applicationChanges(to other: Plan) -> [String] {
        Set(application.keys).union(other.application.keys).filter { application[$0] != other.application[$0] }.sorted()
    }
}

extension Settings {
    /// These, but for those that only a restart changes: they stay as they are in the running server's.
    func reloaded(over running: Settings) -> Settings {
        var settings = Settings()
        for setting in Setting.all {
            let source = setting.change == .restart ? running : self
            if let text = setting.write(source) { try? setting.read(text, &settings) }
        }
        return settings
    }
}
