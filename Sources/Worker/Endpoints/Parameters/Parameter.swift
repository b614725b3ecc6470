/// What a handler asks for: a piece of the request, read and checked before it runs.
///
/// `Path`, `Query`, `Header`, `Body`, `BodyStream`, `Dependency` and `WholeRequest` are there; a conforming type of your
/// own is one more.
public protocol Parameter<Value>: Sendable {
    associatedtype Value: Sendable

    /// What the document and the checks at start know of it.
    var declaration: ParameterDeclaration { get }

    /// Reads it from a request.
    /// - Parameter issues: what is wrong is added, at its full location.
    /// - Returns: nil when issues were added.
    /// - Throws: what ends the request at once, other issues unsaid.
    func value(in call: Call, issues: inout [Issue]) throws -> Value?
}
