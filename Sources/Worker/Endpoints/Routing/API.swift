public import Logging
public import Messages

/// An application made of endpoints, and the document that describes them.
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
    /// Where `/docs` and `/redoc` take Swagger UI and ReDoc from.
    public var documentationAssets = DocumentationAssets.contentDeliveryNetwork
    /// Whether each answer has a field `x-process-time`. See `Application.isTimed`.
    public var sendsProcessTime = false
    /// What `Context.log` is made of.
    public var log = Logger(label: "api")
    private var root = Router()
    private var middleware: [any Middleware] = []
    private var provided: [ObjectIdentifier: any Sendable] = [:]
    private var replacements = Replacements()
    private(set) var errors = ErrorResponder()

    /// An API without endpoints; what is said here stands in its document.
    /// - Parameter description: may be Markdown.
    public init(title: String, version: String = "0.1.0", description: String = "") {
        self.title = title
        self.version = version
        self.description = description
    }

    /// Takes an endpoint.
    public mutating func add(_ operation: Operation) {
        root.add(operation)
    }

    /// Puts something around all endpoints, and around what is answered where there is none. The first is the outermost.
    public mutating func use(_ middleware: some Middleware) {
        self.middleware.append(middleware)
    }

    /// Gives a value to all requests, which find it by its type: `Provided(Store.self)`, `context.get(Store.self)`. Of
    /// several of one type the last counts.
    ///
    /// ```swift
    /// api.provide(Mail(), as: (any Mailer).self)  // found by Provided((any Mailer).self)
    /// ```
    /// - Parameter type: what it is found by; the value's own when nothing else is said.
    public mutating func provide<Value: Sendable>(_ value: Value, as type: Value.Type = Value.self) {
        provided[ObjectIdentifier(Value.self)] = value
    }

    /// Says how an error is answered that a handler, a dependency or middleware throws. Rules are asked in their order, before
    /// what the error says of itself; the first for its type counts.
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
    /// `NotFoundError`, `MethodNotAllowedError` and `ValidationError` are the answers 404 of unknown paths, 405 and 422;
    /// `(any Error).self` is whatever no other rule is for, the unexpected too: such an error is then not logged, unless
    /// the rule does. Where a rule keeps the status, it keeps the error's fields too, such as `allow` or `retry-after`.
    /// - Parameters:
    ///   - statuses: which the rule answers with: where an endpoint's `errors:` names one of them, the document shows this
    ///     body for it. (Of `ValidationError` it is 422, of all endpoints.)
    ///   - answer: the status is 500 where it says no other. It may throw: another error, or the same.
    public mutating func onError<Failure, Value: ResponseConvertible>(
        _ type: Failure.Type, statuses: [Status] = [],
        answer: @escaping @Sendable (Failure, Context) throws -> Value
    ) {
        errors.add(
            { error, context in
                guard let error = error as? Failure else { return nil }
                return try answer(error, context).response(.internalServerError)
            }, statuses.map { .init(type: ObjectIdentifier(type), status: $0, content: Value.content) })
    }

    /// Makes another value in place of a dependency's, for tests: no parameter of the dependency is read then. The document
    /// stays as it is.
    public mutating func replace<Value: Sendable>(
        _ dependency: Dependency<Value>, make: @escaping @Sendable () throws -> Value
    ) {
        replacements.set(dependency, make)
    }

    /// Checks the declarations and makes the application, with `/openapi.json`, `/docs` and `/redoc`.
    /// - Parameters:
    ///   - stop: called when the server has finished every connection.
    ///   - open: called on the loop before the first request, with what the server offers.
    /// - Throws: the first mistake in the declarations.
    public func build(
        stop: @escaping @Sendable () async -> Void = {}, open: @escaping @Sendable (any Host) -> Void = { _ in }
    ) throws(DeclarationError) -> any Application {
        let document = try document()
        let pages = Documentation(title: title, document: document, assets: documentationAssets).operations
        let runtime = APIRuntime(log: log, provided: provided, replacements: replacements, errors: errors)
        let routes = (root.operations + pages).map { Route($0, middleware, runtime) }
        return RoutedApplication(
            table: RouteTable(routes), isTimed: sendsProcessTime, middleware: MiddlewareChain(middleware),
            runtime: runtime,
            opening: open, stopping: stop)
    }

    /// The OpenAPI document, as `/openapi.json` answers it.
    /// - Throws: the first mistake in the declarations.
    public func document() throws(DeclarationError) -> JSON {
        try DeclarationCheck(root.operations, provided: Set(provided.keys)).run()
        return try Document(self, root.operations).json()
    }
}
