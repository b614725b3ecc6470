@testable import Recipes

// docs/migrations.md shows this, and MigrationTests applies it under a running server.
extension Migration {
    /// Release 1: both columns, with the same value, whichever of them a build writes.
    static let addOrigin = Migration(
        revision: "5d0c1f2e8a01", summary: "recipe.origin, which is to replace source",
        sqlite: Statements(
            up: [
                "ALTER TABLE recipe ADD COLUMN origin VARCHAR(256)",
                "UPDATE recipe SET origin = source",
                """
                CREATE TRIGGER recipe_origin AFTER INSERT ON recipe BEGIN
                    UPDATE recipe SET origin = coalesce(origin, source), source = coalesce(source, origin)
                    WHERE id = NEW.id;
                END
                """,
            ],
            down: ["DROP TRIGGER recipe_origin", "ALTER TABLE recipe DROP COLUMN origin"]),
        postgres: Statements(
            up: [
                "ALTER TABLE recipe ADD COLUMN origin VARCHAR(256)",
                "UPDATE recipe SET origin = source",
                """
                CREATE FUNCTION recipe_origin() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    NEW.origin := coalesce(NEW.origin, NEW.source);
                    NEW.source := coalesce(NEW.source, NEW.origin);
                    RETURN NEW;
                END $$
                """,
                """
                CREATE TRIGGER recipe_origin BEFORE INSERT ON recipe
                FOR EACH ROW EXECUTE FUNCTION recipe_origin()
                """,
            ],
            down: [
                "DROP TRIGGER recipe_origin ON recipe", "DROP FUNCTION recipe_origin()",
                "ALTER TABLE recipe DROP COLUMN origin",
            ]))

    /// Release 2: no build that runs uses source any more.
    static let dropSource = Migration(
        revision: "5d0c1f2e8a02", summary: "no recipe.source, which origin replaces",
        sqlite: Statements(
            up: ["DROP TRIGGER recipe_origin", "ALTER TABLE recipe DROP COLUMN source"],
            down: ["ALTER TABLE recipe ADD COLUMN source VARCHAR(256)", "UPDATE recipe SET source = origin"]
                + [addOrigin.sqlite.up[2]]),
        postgres: Statements(
            up: [
                "DROP TRIGGER recipe_origin ON recipe", "DROP FUNCTION recipe_origin()",
                "ALTER TABLE recipe DROP COLUMN source",
            ],
            down: ["ALTER TABLE recipe ADD COLUMN source VARCHAR(256)", "UPDATE recipe SET source = origin"]
                + addOrigin.postgres.up[2...]))
}
