import Brigade
import Glibc

/// The prestart step, which runs once before the first worker: it waits for the database, migrates it and seeds it.
///
/// It is idempotent, and several may run at the same time.
struct Prestart {
    var settings: RecipeSettings
    var log: Logger
    /// How often to try.
    var attempts = 300
    /// Called between two attempts.
    var pause: () -> Void = { sleep(1) }

    init(settings: RecipeSettings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    func run() throws {
        log.info("waiting for the database", metadata: ["database": "\(settings.database)"])
        if case .sqlite(let location) = settings.database, let warning = StaleWAL.warning(location) {
            log.warning("\(warning)")
        }
        try retry {
            try settings.withSession(.create) { session in
                try Migrator(session, log: log).up()
                try Seed(superuser: settings.firstSuperuser, log: log).run(session)
            }
        }
        log.info("the database is ready", metadata: ["database": "\(settings.database)"])
    }

    /// Tries again while the error is transient, such as a lock.
    func retry(_ body: () throws -> Void) throws {
        var attemptsLeft = attempts
        while true {
            do {
                return try body()
            } catch let error as RecipeDatabaseError {
                attemptsLeft -= 1
                guard error.isTransient, attemptsLeft > 0 else { throw error }
                log.warning("\(error)", metadata: ["attempts left": "\(attemptsLeft)"])
                pause()
            }
        }
    }
}
