import Brigade
import GRDB
import Glibc

/// What happens once before the first worker: wait for the database, migrate it, seed it. To run it again changes
/// nothing, and several may run it at once.
struct Prestart {
    var settings: RecipeSettings
    var log: Logger
    /// How often to look for the database.
    var tries = 300
    /// What passes between two looks.
    var pause: () -> Void = { sleep(1) }

    init(settings: RecipeSettings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    func run() throws {
        log.info("waiting for the database", metadata: ["database": "\(settings.database.path)"])
        if let warning = OldLog.warning(settings.database) { log.warning("\(warning)") }
        let database = try wait { () throws(UnusableDatabase) in try RecipeDatabase(preparing: settings.database) }
        do {
            try Migrator(location: settings.database, log: log).upgrade(database.pool)
            try Seed(superuser: settings.firstSuperuser, log: log).plant(database.pool)
            try database.close()
        } catch let error as DatabaseError {
            throw UnusableDatabase(error, at: settings.database)
        }
        log.info("the database is ready", metadata: ["database": "\(settings.database.path)"])
    }

    /// Opens the database, again and again while that may help.
    func wait(
        _ open: () throws(UnusableDatabase) -> RecipeDatabase
    ) throws(UnusableDatabase) -> RecipeDatabase {
        var triesLeft = tries
        while true {
            do {
                return try open()
            } catch {
                triesLeft -= 1
                guard error.mayPass, triesLeft > 0 else { throw error }
                log.warning("\(error)", metadata: ["tries left": "\(triesLeft)"])
                pause()
            }
        }
    }
}
