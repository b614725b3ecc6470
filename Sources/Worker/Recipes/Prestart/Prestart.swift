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
        do {
            try Migrator(location: settings.database, log: log).upgrade(database.pool)
            try Seed(superuser: settings.firstSuperuser, log: log).run(database.pool)
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

/// The first rows: a superuser and three recipes, as in the tutorial.
private struct Seed {
    let superuser: String
    let log: Logger

    private static let recipes = [
        (
            "Chicken Vesuvio", "Serious Eats",
            "http://www.seriouseats.com/recipes/2011/12/chicken-vesuvio-recipe.html"
        ),
        ("Chicken Paprikash", "No Recipes", "http://norecipes.com/recipe/chicken-paprikash/"),
        (
            "Cauliflower and Tofu Curry Recipe", "Serious Eats",
            "http://www.seriouseats.com/recipes/2011/02/cauliflower-and-tofu-curry-recipe.html"
        ),
    ]

    /// Inserts what is missing: the user if nobody has the address, the recipes if that user has none. The transaction is
    /// IMMEDIATE, so that a second seed waits and then finds nothing missing.
    func run(_ database: some DatabaseWriter) throws {
        try database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                let user = try self.user(db)
                let hasRecipes = try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM recipe WHERE submitter_id = ?)", arguments: [user])!
                guard !hasRecipes else {
                    log.info("the superuser already has recipes: none added")
                    return .commit
                }
                for (label, source, url) in Self.recipes {
                    try db.execute(
                        sql: "INSERT INTO recipe (label, source, url, submitter_id) VALUES (?, ?, ?, ?)",
                        arguments: [label, source, url, user])
                }
                log.info("recipes added", metadata: ["count": "\(Self.recipes.count)"])
                return .commit
            }
        }
    }

    private func user(_ db: Database) throws -> Int64 {
        // The column is not unique.
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM user WHERE email = ? ORDER BY id LIMIT 1", arguments: [superuser])
        if let known {
            log.info("the superuser already exists: none added", metadata: ["email": "\(superuser)"])
            return known
        }
        try db.execute(sql: "INSERT INTO user (email, is_superuser) VALUES (?, TRUE)", arguments: [superuser])
        log.info("superuser added", metadata: ["email": "\(superuser)"])
        return db.lastInsertedRowID
    }
}
