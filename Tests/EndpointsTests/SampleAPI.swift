import Endpoints
import Messages

/// A small API that uses each kind of declaration once.
enum SampleAPI {
    struct Dish: Model, Hashable {
        let title: String
        let page: WebURL
        let portions: Integer
        let note: String?
        let tags: [String]

        static let properties = Properties(Dish.init) {
            Property("title", \.title, .length(1...40), examples: ["Ramen"])
            Property("page", \.page)
            Property("portions", \.portions, .atLeast(1))
            Property("note", \.note, default: nil)
            Property("tags", \.tags, default: [])
        }
    }

    struct Menu: Model, Hashable {
        let dishes: [Dish]
        let isVegan: Bool
        let rating: Double

        static let properties = Properties(Menu.init) {
            Property("dishes", \.dishes)
            Property("is_vegan", \.isVegan)
            Property("rating", \.rating)
        }
    }

    enum Course: String, Choice { case starter, main, dessert }

    struct Order: Model, Hashable {
        let table: String
        let courses: [Course]
        let notes: [String: String]

        static let schemaDescription = "What a table wants."
        static let schemaExamples = [Order(table: "A1", courses: [.main], notes: [:])]
        static let properties = Properties(Order.init) {
            Property("table", \.table, .pattern("^[A-F][0-9]$"), description: "A letter and a digit.")
            Property("courses", \.courses, .count(1...3))
            Property("notes", \.notes, default: [:])
        }
    }

    static let waiter = Dependency(Header("X-Waiter", String.self, .length(2...)), Query("shift", Int?.self)) {
        waiter, shift in
        if waiter == "nobody" { throw HTTPError(.unauthorized) }
        return waiter + (shift.map { " \($0)" } ?? "")
    }

    static var api: API {
        var dishes = Router(prefix: "/dishes", tags: ["dishes"])
        dishes.get(
            "/{dish_id}", name: "fetch_dish", description: "One dish", Path("dish_id", Integer.self),
            errors: [.notFound]
        ) { id in
            if id == 404 { throw HTTPError(.notFound, "No dish \(id)") }
            return ["id": .integer(id)] as JSON
        }
        dishes.get(
            "/search/", name: "search_dishes", Query("keyword", String?.self, .length(3...), examples: ["soup"]),
            Query("limit", Integer?.self, default: 10, .atLeast(0))
        ) { keyword, limit in
            let found: JSON = ["keyword": keyword.map(JSON.string) ?? nil, "limit": limit.map(JSON.integer) ?? nil]
            return found
        }
        dishes.post("/", name: "create_dish", description: "Adds a dish", Body(Dish.self), status: .created) { $0 }
        dishes.delete("/{dish_id}", name: "remove_dish", Path("dish_id", Int.self)) { _ in Response(.noContent) }
        dishes.get("/{dish_id}/photos/{number}", name: "photo", Path("number", Int.self), Path("dish_id", Int.self)) {
            HTML("<p>\($0) of \($1)</p>")
        }
        var api = API(title: "Kitchen", version: "1.0")
        api.include(dishes)
        api.get(
            "/menu", name: "menu", description: "The menu", Query("fail", Bool.self, default: false),
            errors: [.badGateway]
        ) {
            (fail: Bool) async throws in
            await Task.yield()
            if fail { throw HTTPError(.badGateway, "The cook is ill") }
            return Menu(dishes: [], isVegan: true, rating: 4.5)
        }
        api.post(
            "/orders", name: "order",
            description: OperationDescription(
                "Takes an order.", summary: "Order", response: "The order", tags: ["floor"], isDeprecated: true),
            waiter, Query("course", [Course].self, default: [], description: "More of them."),
            Query("tip", default: 0.5, .multiple(of: 0.5)), Body(Order.self, description: "The order"),
            errors: [.unauthorized: "No such waiter"]
        ) { _, courses, _, order in
            Order(table: order.table, courses: order.courses + courses, notes: order.notes)
        }
        api.include(Health().router)
        return api
    }

    /// The response to a request, wherever its handler runs.
    static func answer(_ application: any Application, _ request: Request) async throws -> Response {
        try await response(application.answer(request))
    }

    static func response(_ answer: Answer) async throws -> Response {
        switch answer {
        case .now(let response): response
        case .later(let respond): try await respond()
        case .blocking(_, let respond): try respond()
        }
    }

    static func answer(
        _ method: Method, _ target: String, fields: [Field] = [], body: [UInt8] = [],
        connection: ConnectionInfo = ConnectionInfo()
    ) async throws -> Response {
        let request = Request(method, target, fields: fields, body: body, connection: connection)
        return try await answer(api.build(), request)
    }
}

/// A host whose pool is always full.
struct NoHost: ApplicationHost {
    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool { false }
    func afterPass(_ body: @escaping @Sendable () -> Void) {}
    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { Task {} }
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The types and locations of the issues of a 422.
    var issues: [String] {
        get throws {
            guard case .array(let issues)? = try JSON(parsing: body)["detail"] else { return [] }
            return issues.map { issue in
                guard case .string(let type)? = issue["type"], let location = issue["loc"] else { return "?" }
                return type + " " + String(decoding: location.bytes, as: UTF8.self)
            }
        }
    }
}
