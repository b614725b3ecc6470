/// A step of the database's schema, there and back. Each way runs in one transaction.
///
/// Old and new workers meet one schema during a reload: a step only adds, and what it makes superfluous is removed by a
/// step of a later release.
struct Migration: Sendable {
    /// The name that stands in the table `alembic_version` when this step is the last that was taken.
    let revision: String
    let up: [String]
    let down: [String]

    /// In the order in which they are taken. A new one goes to the end.
    static let all = [initial]

    /// The tables as the tutorial's Python application makes them, whose files are taken over as they are.
    static let initial = Migration(
        revision: "da9301b43279",
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
        down: ["DROP TABLE recipe", "DROP TABLE user"])
}
