import Foundation

/// The operator's commands of `recipe-worker`, run in a server's folder on its database.
struct Operator {
    let folder: String
    var database = "sqlite:///recipes.db"

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

    /// Executes SQL on the SQLite file, as an operator's shell would.
    /// - Returns: the rows, one a line, with `|` between the values.
    @discardableResult
    func sql(_ sql: String, in file: String = "recipes.db") throws -> String {
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
    var `operator`: Operator { Operator(folder: folder) }
}
