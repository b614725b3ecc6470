public import Messages

/// Declares endpoints of one method: it is what `get`, `post` and the others of `Routes` are.
public struct Verb: Sendable {
    private let method: Method
    private(set) var declared: [Operation] = []

    init(_ method: Method) {
        self.method = method
    }

    /// Declares an endpoint of a handler that does not suspend.
    /// - Parameters:
    ///   - path: `{name}` stands for a segment, which a `Path(name)` must read.
    ///   - name: in snake case; with the path and the method it makes the operation's id.
    ///   - words: for the document; a text, which may be empty.
    ///   - parameters: what the handler takes, in its order.
    ///   - status: of an answer that is no error.
    ///   - errors: which the handler may throw, for the document.
    ///   - run: where the handler runs. On the loop it must not wait; it may throw `WouldBlock`.
    ///   - isDocumented: whether the document shows the endpoint.
    @inlinable
    public mutating func callAsFunction<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ words: Words, _ parameters: repeat each Piece, status: Status = .ok,
        errors: DocumentedErrors = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) where repeat (each Piece).Found == (each Piece).Value {
        declare(
            path, name, words, Operation.declarations(repeat each parameters), status, Result.content, errors,
            isDocumented, Operation.answering(repeat each parameters, status: status, run: run, handler: handler))
    }

    // `@concurrent`, because Swift 6.3.1 miscompiles a nonisolated(nonsending) function type with a parameter pack. The
    // server's executor preference keeps such a function on the loop all the same.
    /// Declares an endpoint of a handler that may suspend; it starts on the loop, and is resumed there.
    /// See the other form for the parameters.
    @inlinable
    public mutating func callAsFunction<each Piece: Parameter, Result: ResponseConvertible>(
        _ path: String, name: String, _ words: Words, _ parameters: repeat each Piece, status: Status = .ok,
        errors: DocumentedErrors = [], isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Result
    ) {
        declare(
            path, name, words, Operation.declarations(repeat each parameters), status, Result.content, errors,
            isDocumented, Operation.answering(repeat each parameters, status: status, handler: handler))
    }

    @usableFromInline
    mutating func declare(
        _ path: String, _ name: String, _ words: Words, _ parameters: [ParameterDeclaration], _ status: Status,
        _ content: ResponseContent?, _ errors: DocumentedErrors, _ isDocumented: Bool,
        _ answer: @escaping @Sendable (Call) throws -> Answer
    ) {
        declared.append(
            Operation(
                method: method, path: path, name: name, description: words, parameters: parameters, status: status,
                content: content, errors: errors, isDocumented: isDocumented, answer: answer))
    }
}
