/// A value that is made for a request out of parameters of its own, such as the user that a token belongs to.
///
/// ```swift
/// let currentUser = Dependency(Header("x-token", String.self)) { token in try users.find(token) }
///
/// api.get("/me", name: "me", "Who I am", currentUser) { user in user }
/// ```
/// Within one request it is made once, however many parameters and dependencies ask for it. It is one object: one that is
/// declared twice is two. Its parameters stand in the document, and what is wrong with them is said with all the rest.
public final class Dependency<Value: Sendable>: Parameter {
    private let parameters: [ParameterDeclaration]
    private let make: @Sendable (Call, inout [Issue]) throws -> Value?

    /// - Parameters:
    ///   - parameters: what it is made of; other dependencies too.
    ///   - make: called when its parameters are read, where the handler runs; for an `async` handler that is the loop, where
    ///     it must not wait. What it throws is answered like what a handler throws.
    public init<each Piece: Parameter>(
        _ parameters: repeat each Piece, make: @escaping @Sendable (repeat (each Piece).Value) throws -> Value
    ) where repeat (each Piece).Found == (each Piece).Value {
        self.parameters = Operation.declarations(repeat each parameters)
        self.make = { call, issues in
            let known = issues.count
            let values = (repeat try (each parameters).value(in: call, issues: &issues))
            guard issues.count == known else { return nil }
            return try make(repeat (each values).present())
        }
    }

    /// Its parameters.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(dependency: ObjectIdentifier(self), of: parameters)
    }

    /// Makes the value, unless this request has it already.
    public func value(in call: Call, issues: inout [Issue]) throws -> Value? {
        guard let made = call.made else { return try make(call, &issues) }
        return try made.value(of: self) { try make(call, &issues) }
    }
}
