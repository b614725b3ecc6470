import Endpoints
import Serving
import Synchronization

struct NewTask: Model {
    let title: String
    let done: Bool

    static let properties = Properties(
        NewTask.init,
        Property("title", \.title, .length(1...80), examples: ["Buy rice"]),
        Property("done", \.done, default: false))
}

struct Tasks: Model {
    let tasks: [NewTask]

    static let properties = Properties(Tasks.init, Property("tasks", \.tasks))
}

final class Store: Sendable {
    let tasks = Mutex<[NewTask]>([])
}

WorkerProgram(name: "to-do") {
    let store = Store()
    var api = API(title: "To-do", version: "1.0.0")
    var router = Router(prefix: "/tasks", tags: ["tasks"])
    router.get("/", name: "list_tasks", "The first tasks.", Query("limit", default: 10, .atLeast(0))) { limit in
        Tasks(tasks: Array(store.tasks.withLock { $0.prefix(limit) }))
    }
    router.get("/{number}", name: "read_task", "One task.", Path("number", Int.self), errors: [.notFound]) { number in
        let tasks = store.tasks.withLock { $0 }
        guard tasks.indices.contains(number) else { throw HTTPError(.notFound, "There is no task \(number)") }
        return tasks[number]
    }
    router.post("/", name: "add_task", "Adds a task.", Body(NewTask.self), status: .created) { task in
        store.tasks.withLock { $0.append(task) }
        return task
    }
    api.include(router)
    api.include(Health().router)
    return try api.build()
}.run()
