import Contract
import Platform

extension Plan {
    /// What a child gets: this process's environment without what is meant for this process alone, the application's
    /// keys of the env file where the environment has none, and the settings, resolved. A child that is another user has
    /// that user's HOME and the like, unless the env file gives them. Of a setting that has no value nothing is left.
    /// - Parameter settings: those of the child's generation, with the addresses as they are.
    func childEnvironment(settings: Settings, as credentials: Credentials?) -> [String: String] {
        var inherited = environment.filter { !Self.isOwn($0.key) }
        if let login = credentials?.login {
            for name in Credentials.loginNames { inherited[name] = application[name] ?? login[name] }
        }
        for setting in Setting.all { inherited[setting.variable] = nil }
        return inherited.merging(application.filter { !Self.isOwn($0.key) }) { environment, _ in environment }
            .merging(settings.environment) { _, setting in setting }
    }

    /// The master's talk with the service manager, and what it hands to each worker anew.
    private static func isOwn(_ name: String) -> Bool {
        Inheritance.names.contains(name) || serviceManager.contains(name) || name.hasPrefix("LISTEN_")
    }

    private static let serviceManager: Set = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
}
