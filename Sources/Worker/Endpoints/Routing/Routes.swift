public import Messages

/// What endpoints are declared on: an `API`, or a `Router` that is included in one.
public protocol Routes {
    /// Takes an endpoint; `get`, `post` and the others are what one calls.
    mutating func add(_ operation: Operation)
}

extension Routes {
    /// Declares an endpoint of a handler that does not suspend.
    /// - Parameters:
    ///   - path: `{name}` stands for a segment, which a `Path(name)` must read.
    ///   - name: in snake case; with the path and the method it makes the operation's id.
    ///   - description: for the document; may be empty.
    ///   - parameters: what the handler takes, in its order.
    ///   - status: of an answer that is no error.
    ///   - errors: which the handler may throw, for the document.
    ///   - run: where the handler runs. On the loop it must not wait; it may throw `WouldBlock`.
    ///   - isDocumented: whether the document shows the endpoint.
    @inlinable
    public mutating func on<each Piece: Parameter, Result: ResponseConvertible>(
        _ method: Method, _ path: String, name: String, _ description: String, _ parameters: repeat each Piece,
        status: Status = .ok, errors: [Status] = [], run: Execution = .loop, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Result
    ) {
        add(
            Operation(
                method: method, path: path, name: name, description: description,
                parameters: declarations(repeat each parameters), status: status, content: Result.content,
                errors: errors,
                isDocumented: isDocumented,
                answer: Operation.answering(repeat each parameters, status: status, run: run, handler: handler)))
    }

    // `@concurrent`, because Swift 6.3.1 miscompiles a nonisolated(nonsending) function type with a parameter pack. The
    // server's executor preference keeps such a function on the loop all the same.
    /// Declares an endpoint of a handler that may suspend; it starts on the loop, and is resumed there.
    /// See the other form for the parameters.
    @inlinable
    public mutating func on<each Piece: Parameter, Result: ResponseConvertible>(
        _ method: Method, _ path: String, name: String, _ description: String, _ parameters: repeat each Piece,
        status: Status = .ok, errors: [Status] = [], isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Result
    ) {
        add(
            Operation(
                method: method, path: path, name: name, description: description,
                parameters: declarations(repeat each parameters), status: status, content: Result.content,
                errors: errors,
                isDocumented: isDocumented,
                answer: Operation.answering(repeat each parameters, status: status, handler: handler)))
    }

    @inlinable
    func declarations<each Piece: Parameter>(_ parameters: repeat each Piece) -> [ParameterDeclaration] {
        var declarations: [ParameterDeclaration] = []
        for parameter in repeat each parameters { declarations.append(parameter.declaration) }
        return declarations
    }
}
