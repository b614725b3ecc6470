/// Endpoints with a prefix and tags in common.
public struct Router: Routes, Sendable {
    private let prefix: String
    private let tags: [String]
    private(set) var operations: [Operation] = []

    /// - Parameter prefix: empty, or a path that starts with a slash and does not end with one.
    public init(prefix: String = "", tags: [String] = []) {
        self.prefix = prefix
        self.tags = tags
    }

    /// Takes an endpoint, below the prefix and with the tags.
    public mutating func add(_ operation: Operation) {
        var operation = operation
        operation.path = prefix + operation.path
        operation.tags = tags + operation.tags
        operations.append(operation)
    }

    /// Takes another router's endpoints, below this one's prefix.
    public mutating func include(_ router: Router) {
        router.operations.forEach { add($0) }
    }
}
