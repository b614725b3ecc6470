/// Endpoints with a prefix, tags, needs and middleware in common.
public struct Router: Routes, Sendable {
    private let prefix: String
    private let tags: [String]
    private let requirements: [Requirement]
    private var middleware: [any Middleware] = []
    private(set) var operations: [Operation] = []

    /// - Parameters:
    ///   - prefix: empty, or a path that starts with a slash and does not end with one.
    ///   - tags: for the document.
    ///   - needs: parameters that each request of these endpoints must have, such as a dependency that finds the user;
    ///     handlers may ask for their values, and need not.
    public init<each Need: Parameter>(prefix: String = "", tags: [String] = [], needs: repeat each Need) {
        self.prefix = prefix
        self.tags = tags
        requirements = Requirement.all(repeat each needs)
    }

    /// Puts something around the endpoints that are declared from here on. The first is the outermost.
    public mutating func use(_ middleware: some Middleware) {
        self.middleware.append(middleware)
    }

    /// Takes an endpoint, below the prefix, with the tags, the needs and the middleware.
    public mutating func add(_ operation: Operation) {
        var operation = operation
        operation.path = prefix + operation.path
        operation.tags = tags + operation.tags
        operation.requirements = requirements + operation.requirements
        operation.middleware = middleware + operation.middleware
        operations.append(operation)
    }
}
