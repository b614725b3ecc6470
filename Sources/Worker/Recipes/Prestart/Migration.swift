/// One change of the schema, for both engines. Each direction runs in one transaction, together with its revision.
///
/// Workers of the old and the new build use the same schema for a while, so a migration only adds; a later release removes
/// what is no longer needed (docs/migrations.md).
struct Migration: Sendable {
    /// The value in `alembic_version` after this migration.
    let revision: String
    /// What it does, in a few words, for `migrate status`.
    let summary: String
    let sqlite: Statements
    let postgres: Statements
    /// What `down` deletes for ever.
    var losses: [Loss] = []

    /// One SQL statement each, without parameters.
    struct Statements: Sendable {
        let up: [String]
        let down: [String]
    }

    struct Loss: Sendable {
        /// In the plural: "recipes".
        let things: String
        /// Counts them, on both engines.
        let count: String
    }

    /// In the order in which they are applied. Add a new one at the end.
    static let all = [initial, searchIndex]

    /// The tables of the tutorial's Python application. Its databases are taken over, with their rows.
    static let initial = Migration(
        revision: "da9301b43279", summary: "tables user and recipe",
        sqlite: Statements(
            up: [
                """
                CREATE TABLE user (id INTEGER NOT NULL, first_name VARCHAR(256), surname VARCHAR(256), \
                email VARCHAR NOT NULL, is_superuser BOOLEAN, PRIMARY KEY (id))
                """,
                "CREATE INDEX ix_user_email ON user (email)",
                "CREATE INDEX ix_user_id ON user (id)",
                """
                CREATE TABLE recipe (id INTEGER NOT NULL, label VARCHAR(256) NOT NULL, url VARCHAR(256), \
                source VARCHAR(256), submitter_id INTEGER, PRIMARY KEY (id), \
                FOREIGN KEY(submitter_id) REFERENCES user (id))
                """,
                "CREATE INDEX ix_recipe_id ON recipe (id)",
                "CREATE INDEX ix_recipe_url ON recipe (url)",
            ],
            down: ["DROP TABLE recipe", "DROP TABLE user"]),
        postgres: Statements(
            up: [
                """
                CREATE TABLE "user" (id SERIAL NOT NULL, first_name VARCHAR(256), surname VARCHAR(256), \
                email VARCHAR NOT NULL, is_superuser BOOLEAN, PRIMARY KEY (id))
                """,
                #"CREATE INDEX ix_user_email ON "user" (email)"#,
                #"CREATE INDEX ix_user_id ON "user" (id)"#,
                """
                CREATE TABLE recipe (id SERIAL NOT NULL, label VARCHAR(256) NOT NULL, url VARCHAR(256), \
                source VARCHAR(256), submitter_id INTEGER, PRIMARY KEY (id), \
                FOREIGN KEY(submitter_id) REFERENCES "user" (id))
                """,
                "CREATE INDEX ix_recipe_id ON recipe (id)",
                "CREATE INDEX ix_recipe_url ON recipe (url)",
            ],
            down: ["DROP TABLE recipe", #"DROP TABLE "user""#]),
        losses: [
            Loss(things: "recipes", count: "SELECT count(*) FROM recipe"),
            Loss(things: "users", count: #"SELECT count(*) FROM "user""#),
        ])

    /// For searches of many recipes, and on PostgreSQL for IDs and notifications. Programs that do not know it keep it true.
    static let searchIndex = Migration(
        revision: "5e1c7d09a4f2", summary: "an index for the search",
        sqlite: Statements(up: SearchIndex.create, down: SearchIndex.drop),
        postgres: Statements(up: PostgresSchema.up, down: PostgresSchema.down))
}
