import Testing

@testable import Recipes

@Suite struct SettingsTests {
    @Test func anEmptyEnvironmentGivesTheDefaults() throws {
        let settings = try RecipeSettings(environment: ["DATABASE_URL": "", "FIRST_SUPERUSER": ""])
        #expect(settings.database.path == "recipes.db")
        #expect(settings.redditBaseURL == "https://www.reddit.com")
        #expect(settings.firstSuperuser == "admin@recipeapi.com")
    }

    @Test(arguments: [
        ("sqlite:///recipes.db", "recipes.db"),
        ("sqlite:////var/lib/recipes.db", "/var/lib/recipes.db"),
        ("sqlite:///data/my%20recipes.db", "data/my%20recipes.db"),
        ("sqlite+pysqlite:///x.db", "x.db"),
        ("SQLite:///x.db", "x.db"),
    ])
    func aDatabaseURLNamesAPath(url: String, path: String) throws {
        #expect(try RecipeSettings(environment: ["DATABASE_URL": url]).database.path == path)
        #expect(try RecipeSettings(environment: ["SQLALCHEMY_DATABASE_URI": url]).database.path == path)
    }

    @Test func theDatabaseURLGoesBeforeThatOfPython() throws {
        let environment = ["DATABASE_URL": "sqlite:///a.db", "SQLALCHEMY_DATABASE_URI": "sqlite:///b.db"]
        #expect(try RecipeSettings(environment: environment).database.path == "a.db")
    }

    @Test(arguments: [
        ("recipes.db", "no database URL"),
        ("sqlite://", "has a host"),
        ("sqlite://host/x.db", "has a host"),
        ("sqlite:///", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///x.db?mode=ro", "options"),
        ("sqlite:///folder/", "folder"),
        ("mysql://root@host/x", "mysql is no database"),
        ("postgresql+psycopg2://user:secret@host/x", "PostgreSQL is not supported yet"),
    ])
    func aBadDatabaseURLIsRefusedByName(url: String, reason: String) throws {
        let error = try #require(throws: SettingError.self) {
            try RecipeSettings(environment: ["SQLALCHEMY_DATABASE_URI": url])
        }
        #expect(error.name == "SQLALCHEMY_DATABASE_URI")
        #expect(error.reason.contains(reason))
        #expect(!error.description.contains("secret"))
        #expect(!error.description.contains("\n"))
    }

    @Test(arguments: [
        ("https://www.reddit.com/", "https://www.reddit.com"), ("http://127.0.0.1:9600", "http://127.0.0.1:9600"),
        ("http://host/prefix//", "http://host/prefix"),
    ])
    func aBaseURLLosesItsLastSlash(text: String, base: String) throws {
        #expect(try RecipeSettings(environment: ["REDDIT_BASE_URL": text]).redditBaseURL == base)
    }

    @Test(arguments: ["www.reddit.com", "ftp://x", "http://", "http:///x", "http://a b", "http://x?y", "http://x\r\ny"])
    func aBadBaseURLIsRefused(text: String) {
        #expect(throws: SettingError.self) { try RecipeSettings(environment: ["REDDIT_BASE_URL": text]) }
    }

    @Test(arguments: ["admin", "@x.com", "a@b", "a@b@c.com", "a b@c.com", "a@.com", "a@b..com", "a@b.com\n"])
    func whatIsNoAddressIsNoSuperuser(text: String) {
        #expect(throws: SettingError.self) { try RecipeSettings(environment: ["FIRST_SUPERUSER": text]) }
    }

    @Test(arguments: [
        ("", []), ("[]", []), ("http://localhost:3000", ["http://localhost:3000"]),
        ("https://Shop.example/, http://b:80,", ["https://shop.example", "http://b"]),
        (#" ["https://shop.example", "http://[::1]:8080"]"#, ["https://shop.example", "http://[::1]:8080"]),
    ])
    func originsAreListed(text: String, origins: [String]) throws {
        #expect(try RecipeSettings(environment: ["BACKEND_CORS_ORIGINS": text]).corsOrigins == origins)
    }

    @Test(arguments: [
        ("*", "\"*\" is no origin"), ("shop.example", "no origin"), ("ftp://a", "no origin"),
        ("https://a/b", "more than an origin"), ("https://a?", "more than an origin"),
        ("https://user@a", "more than an origin"), (#"["https://a""#, "no JSON list"), ("[1]", "no JSON list"),
        (#"["https://a", ""]"#, "\"\" is no origin"),
    ])
    func aBadOriginIsRefusedByName(text: String, reason: String) throws {
        let error = try #require(throws: SettingError.self) {
            try RecipeSettings(environment: ["BACKEND_CORS_ORIGINS": text])
        }
        #expect(error.name == "BACKEND_CORS_ORIGINS")
        #expect(error.reason.contains(reason))
    }
}
