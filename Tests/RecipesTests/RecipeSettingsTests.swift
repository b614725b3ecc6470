import Brigade
import Foundation
import Testing

@testable import Recipes

@Suite struct RecipeSettingsTests {
    @Test func anEmptyEnvironmentGivesTheDefaults() throws {
        let settings = try RecipeSettings(environment: ["DATABASE_URL": "", "FIRST_SUPERUSER": ""])
        #expect(settings.database == .sqlite(DatabaseLocation(path: "recipes.db")))
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
        #expect(try RecipeSettings(environment: ["DATABASE_URL": url]).database.description == path)
        #expect(try RecipeSettings(environment: ["SQLALCHEMY_DATABASE_URI": url]).database.description == path)
    }

    @Test(arguments: ["0", "65", "-1", "2.5", "two", "99999999999999999999"])
    func thePoolHasOneTo64Connections(text: String) throws {
        #expect(try RecipeSettings(environment: [:]).databasePoolSize == 2)
        #expect(try RecipeSettings(environment: ["DATABASE_POOL_SIZE": "64"]).databasePoolSize == 64)
        let error = try #require(throws: SettingError.self) {
            try RecipeSettings(environment: ["DATABASE_POOL_SIZE": text])
        }
        #expect(error.description == "DATABASE_POOL_SIZE: must be a number from 1 to 64")
    }

    @Test func databaseURLOverridesTheTutorialsName() throws {
        let environment = ["DATABASE_URL": "sqlite:///a.db", "SQLALCHEMY_DATABASE_URI": "sqlite:///b.db"]
        #expect(try RecipeSettings(environment: environment).database.description == "a.db")
    }

    @Test(arguments: [
        ("recipes.db", "not a database URL"),
        ("sqlite://", "has a host"),
        ("sqlite://host/x.db", "has a host"),
        ("sqlite:///", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///x.db?mode=ro", "options"),
        ("sqlite:///directory/", "directory"),
        ("mysql://root@host/x", "mysql is not a supported database"),
        ("postgresql+psycopg2://user:secret@host/x?sslmod=require", #"invalid URI query parameter: "sslmod""#),
        ("postgres://user:sec%zzret@host/x", "invalid percent-encoded token"),
    ])
    func anInvalidDatabaseURLIsRejectedWithItsName(url: String, reason: String) throws {
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
    func aBaseURLLosesTrailingSlashes(text: String, base: String) throws {
        #expect(try RecipeSettings(environment: ["REDDIT_BASE_URL": text]).redditBaseURL == base)
    }

    @Test(arguments: ["www.reddit.com", "ftp://x", "http://", "http:///x", "http://a b", "http://x?y", "http://x\r\ny"])
    func anInvalidBaseURLIsRejected(text: String) {
        #expect(throws: SettingError.self) { try RecipeSettings(environment: ["REDDIT_BASE_URL": text]) }
    }

    @Test(arguments: ["admin", "@x.com", "a@b", "a@b@c.com", "a b@c.com", "a@.com", "a@b..com", "a@b.com\n"])
    func anInvalidEmailAddressIsRejected(text: String) {
        #expect(throws: SettingError.self) { try RecipeSettings(environment: ["FIRST_SUPERUSER": text]) }
    }

    @Test(arguments: [
        ("", []), ("[]", []), ("http://localhost:3000", ["http://localhost:3000"]),
        ("https://Shop.example/, http://b:80,", ["https://shop.example", "http://b"]),
        (#" ["https://shop.example", "http://[::1]:8080"]"#, ["https://shop.example", "http://[::1]:8080"]),
    ])
    func originsAreRead(text: String, origins: [String]) throws {
        #expect(try RecipeSettings(environment: ["BACKEND_CORS_ORIGINS": text]).corsOrigins == origins)
    }

    @Test(arguments: [
        ("*", "\"*\" is not an origin"), ("shop.example", "not an origin"), ("ftp://a", "not an origin"),
        ("https://a/b", "more than a scheme"), ("https://a?", "more than a scheme"),
        ("https://user@a", "more than a scheme"), (#"["https://a""#, "not a JSON list"), ("[1]", "not a JSON list"),
        (#"["https://a", ""]"#, "\"\" is not an origin"),
    ])
    func anInvalidOriginIsRejectedWithItsName(text: String, reason: String) throws {
        let error = try #require(throws: SettingError.self) {
            try RecipeSettings(environment: ["BACKEND_CORS_ORIGINS": text])
        }
        #expect(error.name == "BACKEND_CORS_ORIGINS")
        #expect(error.reason.contains(reason))
    }

    @Test func theBusyTimeoutIsADuration() throws {
        #expect(try RecipeSettings(environment: [:]).databaseBusyTimeout == .seconds(5))
        #expect(
            try RecipeSettings(environment: ["DATABASE_BUSY_TIMEOUT": "250ms"]).databaseBusyTimeout
                == .milliseconds(250))
        for text in ["0s", "61s", "-1s", "soon"] {
            let error = #expect(throws: SettingError.self) {
                try RecipeSettings(environment: ["DATABASE_BUSY_TIMEOUT": text])
            }
            #expect(error?.name == "DATABASE_BUSY_TIMEOUT")
        }
    }
}

@Suite struct DocumentationDirectoryTests {
    private let directory = TemporaryDirectory()

    private func write(_ names: [String]) throws {
        for name in names { try Data("content".utf8).write(to: URL(filePath: "\(directory.path)/\(name)")) }
    }

    @Test func aDirectoryWithAllFilesIsAccepted() throws {
        try write(["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"])
        _ = try DocumentationDirectory(path: directory.path).assets()
    }

    @Test(arguments: ["", "no/such/directory"])
    func aMissingFileIsNamedWithTheScriptThatGetsIt(inner: String) throws {
        try write(["swagger-ui-bundle.js", "redoc.standalone.js"])
        let error = try #require(throws: SettingError.self) {
            try DocumentationDirectory(path: directory.path + "/" + inner).assets()
        }
        #expect(error.name == "DOCS_ASSETS")
        #expect(error.reason.contains("No such file or directory"))
        #expect(error.reason.contains("deploy/docs-assets.sh"))
    }

    @Test func anEmptyFileIsRejected() throws {
        try write(["swagger-ui-bundle.js", "redoc.standalone.js"])
        try Data().write(to: URL(filePath: "\(directory.path)/swagger-ui.css"))
        let error = try #require(throws: SettingError.self) {
            try DocumentationDirectory(path: directory.path).assets()
        }
        #expect(error.reason.contains("swagger-ui.css cannot be read: it is empty"))
    }

    @Test func theSettingNamesTheDirectory() throws {
        #expect(try RecipeSettings(environment: [:]).documentationDirectory == nil)
        #expect(try RecipeSettings(environment: ["DOCS_ASSETS": ""]).documentationDirectory == nil)
        let directory = try RecipeSettings(environment: ["DOCS_ASSETS": "/srv/docs"]).documentationDirectory
        #expect(directory == DocumentationDirectory(path: "/srv/docs"))
    }
}
