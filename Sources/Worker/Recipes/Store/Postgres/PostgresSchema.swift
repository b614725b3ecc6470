/// The parts of the schema that PostgreSQL needs: IDs, search, notifications.
enum PostgresSchema {
    /// Its notifications say that recipes have changed.
    static let channel = "recipes"

    /// Adds them to the tables of the tutorial.
    ///
    /// - The limit of 256 characters goes, because SQLite has none either, and the index on URLs, which cannot hold long ones.
    /// - IDs are one more than the highest, also after rows with IDs of their own. The lock is held until the commit, so that
    ///   two writers never choose the same.
    /// - `search_text` is what `SearchText` says. The database keeps it up to date, whoever writes. The index has no list of
    ///   pending entries, which each search would have to read.
    static let up = [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "DROP INDEX IF EXISTS ix_recipe_url",
        """
        ALTER TABLE recipe ALTER COLUMN id TYPE BIGINT, ALTER COLUMN label TYPE TEXT, ALTER COLUMN url TYPE TEXT, \
        ALTER COLUMN source TYPE TEXT
        """,
        """
        CREATE FUNCTION next_recipe_id() RETURNS BIGINT LANGUAGE plpgsql AS $$ \
        DECLARE highest BIGINT; \
        BEGIN \
        PERFORM pg_advisory_xact_lock(\(idLock)); \
        SELECT max(id) INTO highest FROM recipe; \
        IF highest = \(Int64.max) THEN RETURN (random() * 4e18)::BIGINT; END IF; \
        RETURN coalesce(highest, 0) + 1; \
        END $$
        """,
        "ALTER TABLE recipe ALTER COLUMN id SET DEFAULT next_recipe_id()",
        """
        CREATE FUNCTION recipe_search_text(label TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ \
        SELECT regexp_replace(encode(convert_to(lower(label COLLATE "und-x-icu"), 'UTF8'), 'escape') COLLATE "C", \
        '[^a-z0-9]', 'z', 'g') $$
        """,
        "ALTER TABLE recipe ADD COLUMN search_text TEXT GENERATED ALWAYS AS (recipe_search_text(label)) STORED",
        "CREATE INDEX ix_recipe_search_text ON recipe USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)",
        """
        CREATE FUNCTION notify_recipes() RETURNS TRIGGER LANGUAGE plpgsql AS $$ \
        BEGIN NOTIFY \(channel); RETURN NULL; END $$
        """,
        """
        CREATE TRIGGER recipe_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON recipe \
        FOR EACH STATEMENT EXECUTE FUNCTION notify_recipes()
        """,
    ]

    /// The columns stay wide, so that nothing is lost.
    static let down = [
        "DROP TRIGGER recipe_changed ON recipe",
        "DROP FUNCTION notify_recipes()",
        "ALTER TABLE recipe DROP COLUMN search_text",
        "DROP FUNCTION recipe_search_text(TEXT)",
        "ALTER TABLE recipe ALTER COLUMN id SET DEFAULT nextval('recipe_id_seq')",
        "SELECT setval('recipe_id_seq', greatest(1, least(2147483647, (SELECT max(id) FROM recipe))))",
        "DROP FUNCTION next_recipe_id()",
    ]

    /// Of pg_advisory_xact_lock: "recipe" in ASCII.
    private static let idLock = 0x7265_6369_7065
}

/// The column `search_text`: a label in which PostgreSQL's trigrams can find anything.
///
/// pg_trgm skips all that are not letters or digits in the database's locale. So a label is lower-cased, and written with
/// `a` to `z` and `0` to `9` alone: other ASCII characters become `z`, and each byte of others `z` and three octal digits. What
/// is found this way is a candidate: `KeywordMatcher` decides.
enum SearchText {
    /// The pattern of LIKE for labels that may contain the keyword.
    static func pattern(_ keyword: String) -> String {
        var pattern = "%"
        for byte in keyword.pythonLowercased().utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                pattern.unicodeScalars.append(Unicode.Scalar(byte))
            // encode(..., 'escape') doubles it.
            case UInt8(ascii: "\\"): pattern += "zz"
            case 0x80...: pattern += "z\(byte >> 6)\(byte >> 3 & 7)\(byte & 7)"
            default: pattern += "z"
            }
        }
        return pattern + "%"
    }
}

/// Texts in PostgreSQL, which stores no NUL: two noncharacters take its place (Unicode, section 23.7).
enum PostgresText {
    private static let escape = Unicode.Scalar(UInt16(0xFDD0))!
    private static let escapedEscape = Unicode.Scalar(UInt16(0xFDD1))!
    private static let escapedNUL = Unicode.Scalar(UInt16(0xFDD2))!
    /// The first two bytes of them in UTF-8.
    private static let escapePrefix: (UInt8, UInt8) = (0xEF, 0xB7)

    static func encoded(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\0" || $0 == escape }) else { return text }
        var encoded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\0": encoded.append(contentsOf: [escape, escapedNUL])
            case escape: encoded.append(contentsOf: [escape, escapedEscape])
            default: encoded.append(scalar)
            }
        }
        return String(encoded)
    }

    /// Whether a stored text may have to be decoded.
    static func isEncoded(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.firstIndex(of: escapePrefix.0) else { return false }
        return bytes[first...].indices.contains {
            bytes[$0] == escapePrefix.0 && $0 + 1 < bytes.count && bytes[$0 + 1] == escapePrefix.1
        }
    }

    static func decoded(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard isEncoded(bytes) else { return text }
        var decoded = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case escapedNUL where isEscaped: decoded.append("\0")
            case escapedEscape where isEscaped: decoded.append(escape)
            case _ where isEscaped:
                // Somebody else has stored it.
                decoded.append(escape)
                decoded.append(scalar)
            case escape:
                isEscaped = true
                continue
            default: decoded.append(scalar)
            }
            isEscaped = false
        }
        if isEscaped { decoded.append(escape) }
        return String(decoded)
    }
}
