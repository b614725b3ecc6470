public import Messages

/// An application made of endpoints, and the document that describes them.
///
/// ```swift
/// var api = API(title: "Recipe API", version: "0.1.0")
/// api.get("/recipes/{id}", name: "fetch_recipe", "Fetch a recipe", Path("id", Int.self)) { id in
///     try recipes.fetch(id)
/// }
/// let application = try api.build()
/// ```
public struct API: Routes, Sendable {
    let title: String
    let version: String
    private var root = Router()

    /// An API without endpoints; the title and version stand in its document.
    public init(title: String, version: String) {
        self.title = title
        self.version = version
    }

    /// Takes an endpoint.
    public mutating func add(_ operation: Operation) {
        root.add(operation)
    }

    /// Takes a router's endpoints.
    public mutating func include(_ router: Router) {
        root.include(router)
    }

    /// Checks the declarations and makes the application, with `/openapi.json`, `/docs` and `/redoc`.
    /// - Parameters:
    ///   - stop: called when the server has finished every connection.
    ///   - passEnded: called after each pass of the server's loop: time to let go of what the handlers of one pass share,
    ///     such as a read transaction. See `Application.passEnded`.
    /// - Throws: the first mistake in the declarations.
    public func build(
        stop: @escaping @Sendable () async -> Void = {}, passEnded: @escaping @Sendable () -> Void = {}
    ) throws(DeclarationError) -> some Application {
        try DeclarationCheck(root.operations).run()
        let document = try Document(self, root.operations).json()
        let pages = Documentation(title: title, document: document).operations
        return RoutedApplication(table: RouteTable(root.operations + pages), passEnding: passEnded, stopping: stop)
    }

    /// The OpenAPI document, as `/openapi.json` answers it.
    /// - Throws: the first mistake in the declarations.
    public func document() throws(DeclarationError) -> JSON {
        try DeclarationCheck(root.operations).run()
        return try Document(self, root.operations).json()
    }
}
