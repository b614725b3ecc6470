public import Messages

/// The request as it came, for a handler that wants more than its parts.
public struct WholeRequest: Parameter {
    /// It takes no name: there is one request.
    public init() {}

    /// Nothing that the document shows.
    public var declaration: ParameterDeclaration { ParameterDeclaration(.request) }

    /// The request.
    public func value(in call: Call, issues: inout [Issue]) -> Request? { call.request }
}
