import Contract
import Platform
import Supervisor

extension Plan {
    /// What the supervisor is told of the settings.
    var configuration: Configuration {
        Configuration(
            workers: workers, prestart: settings.prestart, gracefulTimeout: settings.gracefulTimeout,
            workerTimeout: settings.workerTimeout, bootTimeout: settings.bootTimeout,
            shutdownDelay: settings.shutdownDelay, surge: settings.maxSurge, unavailable: settings.maxUnavailable,
            maxWorkerMemory: settings.maxWorkerMemory, watchdog: ServiceManager.watchdog(environment),
            slots: Scoreboard.capacity - 1)
    }

    /// Whom the workers run as; nil when it is whoever runs this.
    func credentials() throws(StartError) -> Credentials? {
        do {
            return try Credentials.find(user: settings.user, group: settings.group)
        } catch {
            throw StartError(.usage, "\(error)")
        }
    }

    func setUmask() {
        if let mask = settings.umask { Umask.set(mask) }
    }
}
