import Brigade

/// The first rows: a superuser and three recipes, as in the tutorial.
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

    /// Inserts what is missing: the user if nobody has the address, the recipes if that user has none. A second seed waits,
    /// and then finds nothing missing.
    func run(_ session: any DatabaseSession) throws(RecipeDatabaseError) {
        try session.transaction { () throws(RecipeDatabaseError) in
            let user = try self.user(session)
            guard try session.execute("SELECT 1 FROM recipe WHERE submitter_id = $1 LIMIT 1", [user]).isEmpty else {
                log.info("the superuser already has recipes: none added")
                return
            }
            for (label, source, url) in Self.recipes {
                try session.execute(
                    "INSERT INTO recipe (label, source, url, submitter_id) VALUES ($1, $2, $3, $4)",
                    [label, source, url, user])
            }
            log.info("recipes added", metadata: ["count": "\(Self.recipes.count)"])
        }
    }

    /// - Returns: the user's id.
    private func user(_ session: any DatabaseSession) throws(RecipeDatabaseError) -> String? {
        // The column is not unique.
        let known = try session.execute(#"SELECT id FROM "user" WHERE email = $1 ORDER BY id LIMIT 1"#, [superuser])
        if let id = known.first?.first {
            log.info("the superuser already exists: none added", metadata: ["email": "\(superuser)"])
            return id
        }
        let added = try session.execute(
            #"INSERT INTO "user" (email, is_superuser) VALUES ($1, TRUE) RETURNING id"#, [superuser])
        log.info("superuser added", metadata: ["email": "\(superuser)"])
        return added[0][0]
    }
}
