public import Messages

/// What endpoints are declared on: an `API`, or a `Router` that an API includes.
///
/// ```swift
/// api.get("/recipes/{id}", Path("id", Int.self)) { id in try store.find(id) }
/// ```
public protocol Routes {
    /// Adds an endpoint. Applications call `get`, `post` and the others.
    mutating func add(_ operation: Operation)
}

extension Routes {
    /// Adds the endpoints of a router.
    public mutating func include(_ router: Router) {
        router.operations.forEach { add($0) }
    }

    /// Declares endpoints that share a prefix, tags or dependencies. See `Router`.
    public mutating func group<each Input: Parameter>(
        _ prefix: String, tags: [String] = [], dependencies: repeat each Input,
        declare: (inout Router) throws -> Void
    ) rethrows {
        var router = Router(prefix: prefix, tags: tags, dependencies: repeat each dependencies)
        try declare(&router)
        include(router)
    }

    /// Declares an endpoint for GET, and so for HEAD.
    public var get: RouteBuilder {
        get { self[.get] }
        set { self[.get] = newValue }
    }

    /// Declares an endpoint for POST.
    public var post: RouteBuilder {
        get { self[.post] }
        set { self[.post] = newValue }
    }

    /// Declares an endpoint for PUT.
    public var put: RouteBuilder {
        get { self[.put] }
        set { self[.put] = newValue }
    }

    /// Declares an endpoint for PATCH.
    public var patch: RouteBuilder {
        get { self[.patch] }
        set { self[.patch] = newValue }
    }

    /// Declares an endpoint for DELETE.
    public var delete: RouteBuilder {
        get { self[.delete] }
        set { self[.delete] = newValue }
    }

    /// Declares an endpoint for any method: `routes[.options]("/tasks", ...)`.
    public subscript(method: Method) -> RouteBuilder {
        get { RouteBuilder(method) }
        // The getter gives an empty builder, so everything that it has declared is new.
        set { newValue.declared.forEach { add($0) } }
    }
}

/// Endpoints that share a prefix, tags, dependencies and middleware.
public struct Router: Routes, Sendable {
    private let prefix: String
    private let tags: [String]
    private let dependencies: [RouterDependency]
    private var middleware: [any Middleware] = []
    private(set) var operations: [Operation] = []

    /// - Parameters:
    ///   - prefix: empty, or a path that starts with a slash and does not end with one.
    ///   - tags: for the document.
    ///   - dependencies: parameters that every request to these endpoints must have, such as a dependency that finds the user.
    ///     A handler that needs the value lists the parameter too.
    public init<each Input: Parameter>(
        prefix: String = "", tags: [String] = [], dependencies: repeat each Input
    ) {
        self.prefix = prefix
        self.tags = tags
        self.dependencies = RouterDependency.all(repeat each dependencies)
    }

    /// Adds middleware around the endpoints that are declared after it. The first is the outermost.
    public mutating func use(_ middleware: some Middleware) {
        self.middleware.append(middleware)
    }

    /// Adds an endpoint below the prefix, with the router's tags, dependencies and middleware.
    public mutating func add(_ operation: Operation) {
        var operation = operation
        operation.path = prefix + operation.path
        operation.tags = tags + operation.tags
        operation.dependencies = dependencies + operation.dependencies
        operation.middleware = middleware + operation.middleware
        operations.append(operation)
    }
}
