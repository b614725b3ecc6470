internal import Messages

/// A value that the application provides to all requests (`API.provide`), by its type. Whether it does is checked at start.
///
/// ```swift
/// api.provide(store)
/// api.get("/recipes/{id}", Provided(Store.self), Path("id", Int.self)) { store, id in try store.find(id) }
/// ```
public struct Provided<Value: Sendable>: Parameter {
    /// The value of that type.
    public init(_ type: Value.Type = Value.self) {}

    /// Nothing that the document shows.
    public var declaration: ParameterDeclaration { ParameterDeclaration(provided: Value.self) }

    /// Finds it; what middleware has put into the context under the same type is found first.
    public func find(in context: Context, issues: inout [Issue]) throws -> Value? { try context.get(Value.self) }
}
