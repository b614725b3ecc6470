/// What a handler asks for: a piece of the request, read and checked before it runs.
///
/// `Path`, `Query`, `Header`, `Cookie`, `Body`, `Form`, `BodyStream`, `Dependency`, `Provided` and `RequestContext` are
/// there; a conforming type of your own is one more, and says no more than its declaration and how it is found.
public protocol Parameter<Value>: Sendable {
    /// What is found in the request: the value, but for one that is made of it later, as a dependency's is.
    associatedtype Found: Sendable

    /// What the handler is given.
    associatedtype Value: Sendable = Found

    /// What the document and the checks at start know of it.
    var declaration: ParameterDeclaration { get }

    /// Finds it in a request.
    /// - Parameter issues: what is wrong is added, at its full location.
    /// - Returns: nil when issues were added.
    /// - Throws: what ends the request at once, other issues unsaid.
    func find(in context: Context, issues: inout [Issue]) throws -> Found?

    /// Makes the value of what was found, on this thread. It is static for speed: a handler's parameters need not be looked
    /// at twice.
    static func value(of found: Found) throws -> Value

    /// Makes the value of what was found, where awaiting is possible: for handlers that are async, and those of whose
    /// dependencies one is.
    static func value(of found: Found, awaitingIn context: Context) async throws -> Value
}

extension Parameter where Found == Value {
    /// It is the value.
    @inlinable @inline(__always)
    public static func value(of found: Found) throws -> Value { found }

    /// It is the value.
    @inlinable
    public static func value(of found: Found, awaitingIn context: Context) async throws -> Value { found }
}
