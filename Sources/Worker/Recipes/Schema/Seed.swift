import Brigade
import GRDB

/// The first rows: a superuser, and three recipes of theirs.
struct Seed {
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

    /// Adds what is missing: the user when nobody has that address, the recipes when that user has none. Whoever seeds
    /// at the same time waits, and then finds nothing missing.
    func plant(_ database: some DatabaseWriter) throws {
        try database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                let user = try self.user(db)
                let hasRecipes = try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM recipe WHERE submitter_id = ?)", arguments: [user])!
                guard !hasRecipes else {
                    log.info("the superuser has recipes: none added")
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
        // Addresses are not unique: the first is taken.
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM user WHERE email = ? ORDER BY id LIMIT 1", arguments: [superuser])
        if let known {
            log.info("a user with this address exists: no superuser added", metadata: ["email": "\(superuser)"])
            return known
        }
        try db.execute(sql: "INSERT INTO user (email, is_superuser) VALUES (?, TRUE)", arguments: [superuser])
        log.info("superuser added", metadata: ["email": "\(superuser)"])
        return db.lastInsertedRowID
    }
}
