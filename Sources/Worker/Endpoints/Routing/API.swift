public import Logging
public import Messages

/// An application made of endpoints, with the OpenAPI document that describes them.
///
/// ```swift
/// var api = API(title: "Recipe API")
/// api.get("/recipes/{id}", Path("id", Int.self)) { id in try store.find(id) }
/// let application = try api.build()
/// ```
public struct API: Routes, Sendable {
    let title: String
    let version: String
    let description: String
    /// Where `/docs` and `/redoc` load Swagger UI and ReDoc from.
    public var documentationAssets = DocumentationAssets.cdn
    /// Whether each response carries `x-process-time`. See `Application.sendsProcessTime`.
    public var sendsProcessTime = false
    /// `Context.logger` is this logger with the request's id.
    public var logger = Logger(label: "api")
    private var root = Router()
    private var middleware: [any Middleware] = []
    private var provided: [ObjectIdentifier: any Sendable] = [:]
    private var overrides = DependencyOverrides()
    private(set) var errors = ErrorHandlers()

    /// An API without endpoints. The document shows what you pass here.
    /// - Parameter description: may be Markdown.
    public init(title: String, version: String = "0.1.0", description: String = "") {
        self.title = title
        self.version = version
        self.description = description
    }

    /// Adds an endpoint.
    public mutating func add(_ operation: Operation) {
        root.add(operation)
    }

    /// Adds middleware around all endpoints, and around the responses to requests that match none. The first is the outermost.
    public mutating func use(_ middleware: some Middleware) {
        self.middleware.append(middleware)
    }

    /// Gives a value to all requests, which find it by its type: `Injected(Store.self)`, `context.get(Store.self)`. A second
    /// value of the same type replaces the first.
    ///
    /// ```swift
    /// api.provide(Mail(), as: (any Mailer).self)  // found by Injected((any Mailer).self)
    /// ```
    /// - Parameter type: the type that it is found by.
    public mutating func provide<Value: Sendable>(_ value: Value, as type: Value.Type = Value.self) {
        provided[ObjectIdentifier(Value.self)] = value
    }

    /// Adds a handler for errors of a type that a handler, a dependency or middleware throws. Error handlers are tried in their
    /// order, before the error's own response; the first for the error's type counts.
    ///
    /// ```swift
    /// enum StoreError: Error { case noItem(Int), taken }
    ///
    /// api.onError(StoreError.self, statuses: [.notFound, .conflict]) { error, context in
    ///     switch error {
    ///     case .noItem(let id): Reply(["code": "no_item", "id": "\(id)"]).status(.notFound)
    ///     case .taken: Reply(["code": "taken"]).status(.conflict)
    ///     }
    /// }
    /// ```
    /// `NotFoundError` is the 404 of an unknown path, `MethodNotAllowedError` the 405, `ValidationError` the 422. Use
    /// `(any Error).self` for every error without a handler of its own, unexpected ones too; unexpected errors are then logged
    /// only if your handler does it. If the response has the status of the error's own response, it gets that one's fields
    /// too, such as `allow` or `retry-after`.
    /// - Parameters:
    ///   - statuses: the statuses of the responses. If an endpoint's `errors:` names one of them, the document shows this
    ///     body for it. (For `ValidationError` pass 422; it applies to all endpoints.)
    ///   - answer: makes the response; its status is 500 unless it sets one. It may throw the same or another error.
    public mutating func onError<Failure, Value: ResponseConvertible>(
        _ type: Failure.Type, statuses: [Status] = [],
        answer: @escaping @Sendable (Failure, Context) throws -> Value
    ) {
        errors.add(
            { error, context in
                guard let error = error as? Failure else { return nil }
                return try answer(error, context).response(.internalServerError)
            }, statuses.map { .init(errorType: ObjectIdentifier(type), status: $0, content: Value.content) })
    }

    /// Replaces the value of a dependency, for tests. The dependency's parameters are not read then; the document is unchanged.
    public mutating func override<Value: Sendable>(
        _ dependency: Dependency<Value>, make: @escaping @Sendable () throws -> Value
    ) {
        overrides.set(dependency, make)
    }

    /// Checks the declarations and makes the application, with `/openapi.json`, `/docs` and `/redoc`.
    /// - Parameters:
    ///   - onStop: called when the server has closed every connection.
    ///   - onStart: called on the loop before the first request, with what the server offers.
    /// - Throws: the first mistake in the declarations.
    public func build(
        onStop: @escaping @Sendable () async -> Void = {},
        onStart: @escaping @Sendable (any ApplicationHost) -> Void = { _ in }
    ) throws(DeclarationError) -> any Application {
        try build(tracing: .bootstrapped, onStop: onStop, onStart: onStart)
    }

    /// - Parameter tracing: nil without a tracer.
    func build(
        tracing: RequestTracing?, onStop: @escaping @Sendable () async -> Void = {},
        onStart: @escaping @Sendable (any ApplicationHost) -> Void = { _ in }
    ) throws(DeclarationError) -> any Application {
        let document = try openAPIDocument()
        let pages = DocumentationPages(title: title, document: document, assets: documentationAssets).operations
        let runtime = APIRuntime(
            logger: logger, provided: provided, overrides: overrides, errors: errors, tracing: tracing)
        let routes = (root.operations + pages).enumerated().map { Route($1, number: $0, middleware, runtime) }
        return APIApplication(
            table: RouteTable(routes), sendsProcessTime: sendsProcessTime, middleware: MiddlewareChain(middleware),
            runtime: runtime, tracing: tracing, onStart: onStart, onStop: onStop)
    }

    /// The OpenAPI document, as `/openapi.json` returns it.
    /// - Throws: the first mistake in the declarations.
    public func openAPIDocument() throws(DeclarationError) -> JSON {
        try DeclarationCheck(root.operations, provided: Set(provided.keys)).run()
        return try OpenAPIDocument(self, root.operations).json()
    }
}
