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
    let description: String
    /// Where `/docs` and `/redoc` take Swagger UI and ReDoc from.
    public var documentationAssets = DocumentationAssets.contentDeliveryNetwork
    private var root = Router()
    private var middleware: [any Middleware] = []
    private var replacements = Replacements()

    /// An API without endpoints; what is said here stands in its document.
    /// - Parameter description: may be Markdown.
    public init(title: String, version: String, description: String = "") {
        self.title = title
        self.version = version
        self.description = description
    }

    /// Takes an endpoint.
    public mutating func add(_ operation: Operation) {
        root.add(operation)
    }

    /// Takes a router's endpoints.
    public mutating func include(_ router: Router) {
        root.include(router)
    }

    /// Puts something around all endpoints, and around what is answered where there is none. The first is the outermost.
    public mutating func add(_ middleware: some Middleware) {
        self.middleware.append(middleware)
    }

    /// Makes another value in place of a dependency's, for tests: no parameter of the dependency is read then. The document
    /// stays as it is.
    public mutating func replace<Value: Sendable>(
        _ dependency: Dependency<Value>, make: @escaping @Sendable () throws -> Value
    ) {
        replacements.set(dependency, make)
    }

    /// Makes another value in place of a dependency's that is awaited. See the other form.
    public mutating func replace<Value: Sendable>(
        _ dependency: AsyncDependency<Value>, make: @escaping @Sendable () async throws -> Value
    ) {
        replacements.set(dependency) { AwaitedValue(make) }
    }

    /// Checks the declarations and makes the application, with `/openapi.json`, `/docs` and `/redoc`.
    /// - Parameters:
    ///   - stop: called when the server has finished every connection.
    ///   - passEnded: called after each pass of the server's loop: time to let go of what the handlers of one pass share,
    ///     such as a read transaction. See `Application.passEnded`.
    /// - Throws: the first mistake in the declarations.
    public func build(
        stop: @escaping @Sendable () async -> Void = {}, passEnded: @escaping @Sendable () -> Void = {}
    ) throws(DeclarationError) -> any Application {
        try DeclarationCheck(root.operations).run()
        let document = try Document(self, root.operations).json()
        let pages = Documentation(title: title, document: document, assets: documentationAssets).operations
        let operations = (root.operations + pages).map { $0.sharing(replacements) }
        let routed = RoutedApplication(table: RouteTable(operations), passEnding: passEnded, stopping: stop)
        return middleware.reversed().reduce(routed as any Application) { inner, middleware in
            WrappedApplication(inner: inner, middleware: middleware)
        }
    }

    /// The OpenAPI document, as `/openapi.json` answers it.
    /// - Throws: the first mistake in the declarations.
    public func document() throws(DeclarationError) -> JSON {
        try DeclarationCheck(root.operations).run()
        return try Document(self, root.operations).json()
    }
}
