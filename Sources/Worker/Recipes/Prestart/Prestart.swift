import Brigade
import GRDB
import Glibc

/// The prestart step, which runs once before the first worker: it waits for the database, migrates it and seeds it.
///
/// It is idempotent, and several may run at the same time.
struct Prestart {
    var settings: RecipeSettings
    var log: Logger
    /// How often to try to open the database.
    var attempts = 300
    /// Called between two attempts.
    var pause: () -> Void = { sleep(1) }

    init(settings: RecipeSettings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    func run() throws {
        log.info("waiting for the database", metadata: ["database": "\(settings.database.path)"])
        if let warning = StaleWAL.warning(settings.database) { log.warning("\(warning)") }
        let database = try open { () throws(RecipeDatabaseError) in try SQLiteStore(preparing: settings.database) }
        try database.pool.writeWithoutTransaction { db in
            let session = SQLiteSession(db, at: settings.database)
            try Migrator(session, log: log).up()
            try Seed(superuser: settings.firstSuperuser, log: log).run(session)
        }
        do {
            try database.close()
        } catch let error as DatabaseError {
            throw RecipeDatabaseError(error, at: settings.database)
        }
        log.info("the database is ready", metadata: ["database": "\(settings.database.path)"])
    }

    /// Opens the database, and tries again while the error is transient.
    func open(
        _ open: () throws(RecipeDatabaseError) -> SQLiteStore
    ) throws(RecipeDatabaseError) -> SQLiteStore {
        var attemptsLeft = attempts
        while true {
            do {
                return try open()
            } catch {
                attemptsLeft -= 1
                guard error.isTransient, attemptsLeft > 0 else { throw error }
                log.warning("\(error)", metadata: ["attempts left": "\(attemptsLeft)"])
                pause()
            }
        }
    }
}
