/// What a handler asks for: a piece of the request, read and checked before it runs.
///
/// `Path`, `Query`, `Header`, `Body`, `BodyStream`, `Dependency`, `AsyncDependency` and `WholeRequest` are there; a
/// conforming type of your own is one more, and says no more than its declaration and how it is read.
public protocol Parameter<Value>: Sendable {
    /// What is found in the request: the value, but for one that must be awaited.
    associatedtype Found: Sendable

    /// What the handler is given.
    associatedtype Value: Sendable = Found

    /// What the document and the checks at start know of it.
    var declaration: ParameterDeclaration { get }

    /// Reads it from a request.
    /// - Parameter issues: what is wrong is added, at its full location.
    /// - Returns: nil when issues were added.
    /// - Throws: what ends the request at once, other issues unsaid.
    func value(in call: Call, issues: inout [Issue]) throws -> Found?

    /// Makes the value of what was found, for a handler that is `async`.
    func finished(_ found: Found) async throws -> Value
}

extension Parameter where Found == Value {
    /// It is the value.
    @inlinable
    public func finished(_ found: Found) async throws -> Value { found }
}
