import Contract

extension Plan {
    /// What a child gets: this process's environment without what is meant for this process alone, the application's
    /// keys of the env file where the environment has none, and the settings, resolved.
    /// - Parameter settings: those of the child's generation, with the addresses as they are.
    func childEnvironment(settings: Settings) -> [String: String] {
        environment.filter { !Self.isOwn($0.key) }
            .merging(application.filter { !Self.isOwn($0.key) }) { environment, _ in environment }
            .merging(settings.environment) { _, setting in setting }
    }

    /// The master's talk with the service manager, and what it hands to each worker anew.
    private static func isOwn(_ name: String) -> Bool {
        Inheritance.names.contains(name) || serviceManager.contains(name) || name.hasPrefix("LISTEN_")
    }

    private static let serviceManager: Set = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
}
