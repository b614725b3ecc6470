// To-do lists, one per user: a complete API with a database. README.md says how to start it.
import Brigade
import GRDB

enum Priority: String, Choice, Codable { case low, normal, high }

/// A task as a client sends it.
struct NewTask: Model {
    let title: String
    let priority: Priority

    static let properties = Properties(NewTask.init) {
        Property("title", \.title, .length(1...80), examples: ["Buy rice"])
        Property("priority", \.priority, default: .normal)
    }
}

/// A task as it is stored and returned.
struct ToDo: Model, Decodable, FetchableRecord {
    let id: Int
    let title: String
    let priority: Priority
    let done: Bool

    static let properties = Properties(ToDo.init) {
        Property("id", \.id)
        Property("title", \.title)
        Property("priority", \.priority)
        Property("done", \.done)
    }
}

/// The database file is what the workers share: they are processes.
struct Store {
    let pool: DatabasePool

    init() throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        pool = try DatabasePool(path: "to-do.db", configuration: configuration)
    }

    func prepare() throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS task (id INTEGER PRIMARY KEY, user TEXT NOT NULL, title TEXT NOT NULL, \
                    priority TEXT NOT NULL, done BOOLEAN NOT NULL DEFAULT FALSE)
                    """)
        }
    }

    func tasks(of user: String, done: Bool?, limit: Int) throws -> [ToDo] {
        try pool.read { db in
            let sql = "SELECT * FROM task WHERE user = ? AND done = ifnull(?, done) ORDER BY id LIMIT ?"
            return try ToDo.fetchAll(db, sql: sql, arguments: [user, done, limit])
        }
    }

    func add(_ task: NewTask, for user: String) throws -> ToDo {
        try one(
            "INSERT INTO task (user, title, priority) VALUES (?, ?, ?) RETURNING *",
            [user, task.title, task.priority.rawValue])
    }

    func finish(_ id: Int, of user: String) throws -> ToDo {
        try one("UPDATE task SET done = TRUE WHERE id = ? AND user = ? RETURNING *", [id, user])
    }

    private func one(_ sql: String, _ arguments: StatementArguments) throws -> ToDo {
        let task = try pool.write { try ToDo.fetchOne($0, sql: sql, arguments: arguments) }
        guard let task else { throw HTTPError(.notFound, "You have no such task") }
        return task
    }
}

WorkerProgram("to-do", prestart: { try Store().prepare() }) { serve in
    let store = try Store()
    let user = Header("x-user", String.self, .length(1...40))
    var tasks = Router(prefix: "/tasks", tags: ["tasks"])
    tasks.get(
        "/", name: "list_tasks", description: "Your first tasks.", user, Query("done", Bool?.self),
        Query("limit", default: 20, .atLeast(1), .atMost(100))
    ) { user, done, limit in
        try store.tasks(of: user, done: done, limit: limit)
    }
    tasks.post("/", name: "add_task", description: "Adds a task.", user, Body(NewTask.self), status: .created) {
        try store.add($1, for: $0)
    }
    tasks.put(
        "/{id}/done", name: "finish_task", description: "Marks a task as done.", user, Path("id", Int.self),
        errors: [.notFound: "You have no such task"]
    ) { try store.finish($1, of: $0) }

    var api = API(title: "To-do", version: "1.0.0")
    api.include(tasks)
    api.include(Health().router)
    try await serve(api)
    try store.pool.close()
}.run()
