import Contract
import Platform

/// What workers are started from: an executable that was opened once, and the environment that its settings make.
struct Generation {
    let executable: Executable
    let environment: [String: String]
    /// More than that a worker of it has not, whatever it says: each of its accept threads may take one that is too many.
    let mostConnections: Int

    /// - Parameter listeners: how many listening sockets its workers have.
    init(executable: Executable, environment: [String: String], listeners: Int) {
        self.executable = executable
        self.environment = environment
        let settings = try? Settings.resolved(flags: [:], environment: environment)
        mostConnections = (settings?.maxConnections ?? Self.mostConnections) + listeners
    }

    /// As the setting allows.
    private static let mostConnections = 1_000_000
}
