import Foundation
import Postgres
import PostgresServer

@testable import Recipes

/// The engines of the application's database.
enum Engine: CaseIterable {
    case sqlite, postgres

    /// Of a new and empty database of this engine.
    func url() throws -> String {
        self == .sqlite ? "sqlite:///recipes.db" : try PostgresServer.shared.get().makeDatabase()
    }
}

/// The operator's commands of `recipe-worker`, run in a server's folder on its database.
struct Operator {
    let folder: String
    var database = "sqlite:///recipes.db"

    /// Another build's `recipe-worker migrate`.
    func migrate(_ migrations: [Migration], _ body: (Migrator) throws -> Void) throws {
        if database.hasPrefix("postgresql:") {
            return try body(Migrator(PostgresSession(PostgresURL(database)), migrations: migrations))
        }
        try SQLiteSession.writing(DatabaseLocation(path: folder + "/recipes.db"), mayCreate: false) {
            try body(Migrator($0, migrations: migrations))
        }
    }

    /// Starts a command and waits for nothing.
    func start(_ words: [String], log: String? = nil) throws -> ChildProcess {
        try ChildProcess(
            BuildProducts.worker, words,
            environment: ["PATH": "/usr/bin:/bin", "DATABASE_URL": database, "TERM": "xterm"], folder: folder, log: log)
    }

    func run(_ words: String...) throws -> (code: Int32, output: String) {
        let command = try start(words)
        return (try command.waitForExit(), command.output)
    }

    /// Executes SQL, as an operator's shell would.
    /// - Parameter file: of SQLite; nil for the database.
    /// - Returns: the rows, one a line, with `|` between the values.
    @discardableResult
    func sql(_ sql: String, in file: String? = nil) throws -> String {
        guard file == nil, database.hasPrefix("postgresql:") else { return try sqlite(sql, in: file ?? "recipes.db") }
        return try sql.split(separator: ";")
            .flatMap { try PostgresServer.shared.get().execute(String($0), on: database) }
            .map { row in row.map { $0 ?? "None" }.joined(separator: "|") }.joined(separator: "\n")
    }

    private func sqlite(_ sql: String, in file: String) throws -> String {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
            for statement in sys.argv[2].split(";"):
                for row in db.execute(statement):
                    print("|".join(str(value) for value in row))
            """
        let python = try ChildProcess(
            "/usr/bin/python3", ["-c", script, file, sql], environment: ["PATH": "/usr/bin:/bin"], folder: folder)
        guard try python.waitForExit() == 0 else { throw ChildProcess.Failure(description: python.output) }
        return python.output.trimmingCharacters(in: .newlines)
    }
}

extension TestServer {
    /// On the server's SQLite file.
    var `operator`: Operator { Operator(folder: folder) }
}
