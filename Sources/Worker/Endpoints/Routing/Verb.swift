public import Messages

/// Declares endpoints of one method: it is what `get`, `post` and the others of `Routes` are.
public struct Verb: Sendable {
    private let method: Method
    private(set) var declared: [Operation] = []

    init(_ method: Method) {
        self.method = method
    }

    /// Declares an endpoint of a handler that is not async. It may block, and so runs on the blocking pool, unless it says
    /// `run: .inline`.
    /// - Parameters:
    ///   - path: `{name}` stands for a segment, which a `Path(name)` must read.
    ///   - name: in snake case; with the path and the method it makes the operation's id. Where none is said it is made of
    ///     the method and the path.
    ///   - words: for the document: a text, or `Words`.
    ///   - use: middleware around this endpoint alone, the first outermost.
    ///   - parameters: what the handler takes, in its order.
    ///   - status: of an answer that is no error.
    ///   - ifNil: the status of an answer of nil, which is an error then, `{"detail":"Not Found"}`. JSON's null where
    ///     nothing is said.
    ///   - errors: which the handler may throw, for the document.
    ///   - run: where the handler runs.
    ///   - isDocumented: whether the document shows the endpoint.
    ///   - handler: gets the values of the parameters. What it returns is the answer.
    @inlinable
    public mutating func callAsFunction<each Piece: Parameter, Value: ResponseConvertible>(
        _ path: String, name: String? = nil, description words: Words = "", use: [any Middleware] = [],
        _ parameters: repeat each Piece, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        run: Execution = .blocking, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Value
    ) {
        declare(
            path, name, words, use, Operation.declarations(repeat each parameters),
            Operation.status(of: Value.self, declared: status), ifNil, Operation.content(of: Value.self, ifNil),
            errors, run, isDocumented
        ) {
            Operation.answering(
                $0, repeat each parameters, status: status, statusOfNil: ifNil, run: run, handler: handler)
        }
    }

    // `@concurrent`, because Swift 6.3.1 miscompiles a nonisolated(nonsending) function type with a parameter pack. The
    // server's executor preference keeps such a function on the loop all the same.
    /// Declares an endpoint of an async handler; it starts on the loop, and is resumed there.
    /// See the first form for the parameters.
    @inlinable
    public mutating func callAsFunction<each Piece: Parameter, Value: ResponseConvertible>(
        _ path: String, name: String? = nil, description words: Words = "", use: [any Middleware] = [],
        _ parameters: repeat each Piece, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Value
    ) {
        declare(
            path, name, words, use, Operation.declarations(repeat each parameters),
            Operation.status(of: Value.self, declared: status), ifNil, Operation.content(of: Value.self, ifNil),
            errors, .inline, isDocumented
        ) { _ in Operation.answering(repeat each parameters, status: status, statusOfNil: ifNil, handler: handler) }
    }

    /// Declares an endpoint of a handler that returns nothing: the answer has no content, and is a 204.
    /// See the first form for the parameters.
    @inlinable
    @_disfavoredOverload
    public mutating func callAsFunction<each Piece: Parameter>(
        _ path: String, name: String? = nil, description words: Words = "", use: [any Middleware] = [],
        _ parameters: repeat each Piece, status: Status = .noContent, errors: DocumentedErrors = [],
        run: Execution = .blocking, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Void
    ) {
        declare(
            path, name, words, use, Operation.declarations(repeat each parameters), status, nil, nil, errors, run,
            isDocumented
        ) {
            Operation.answering(
                $0, repeat each parameters, status: status, statusOfNil: nil, run: run
            ) { (values: repeat (each Piece).Value) throws -> NoContent in
                try handler(repeat each values)
                return NoContent()
            }
        }
    }

    /// Declares an endpoint of an async handler that returns nothing: the answer has no content, and is a 204.
    /// See the first form for the parameters.
    @inlinable
    @_disfavoredOverload
    public mutating func callAsFunction<each Piece: Parameter>(
        _ path: String, name: String? = nil, description words: Words = "", use: [any Middleware] = [],
        _ parameters: repeat each Piece, status: Status = .noContent, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Void
    ) {
        declare(
            path, name, words, use, Operation.declarations(repeat each parameters), status, nil, nil, errors, .inline,
            isDocumented
        ) { _ in
            Operation.answering(
                repeat each parameters, status: status, statusOfNil: nil
            ) { (values: repeat (each Piece).Value) async throws -> NoContent in
                try await handler(repeat each values)
                return NoContent()
            }
        }
    }

    /// What a handler that returns no answer gets to hear, in place of the compiler's taking it for one that returns nothing.
    @inlinable @_disfavoredOverload
    @available(
        *, deprecated,
        message: "a handler returns a Model, another ResponseConvertible, or nothing; API.build refuses this one"
    )
    public mutating func callAsFunction<each Piece: Parameter, Other>(
        _ path: String, name: String? = nil, description words: Words = "", use: [any Middleware] = [],
        _ parameters: repeat each Piece, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        run: Execution = .blocking, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Other
    ) {
        refuse(path, name, returning: "\(Other.self)")
    }

    /// The same, of an async handler.
    @inlinable @_disfavoredOverload
    @available(
        *, deprecated,
        message: "a handler returns a Model, another ResponseConvertible, or nothing; API.build refuses this one"
    )
    public mutating func callAsFunction<each Piece: Parameter, Other>(
        _ path: String, name: String? = nil, description words: Words = "", use: [any Middleware] = [],
        _ parameters: repeat each Piece, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Other
    ) {
        refuse(path, name, returning: "\(Other.self)")
    }

    @usableFromInline
    mutating func refuse(_ path: String, _ name: String?, returning type: String) {
        var operation = Operation(
            method: method, path: path, name: name, words: "", parameters: [], status: .ok, content: nil, errors: [],
            isDocumented: false, answering: { _ in { _ in .now(Response(.internalServerError)) } })
        operation.mistake =
            "its handler returns a \(type), which is no answer; make it a Model, or let it return nothing"
        declared.append(operation)
    }

    @usableFromInline
    mutating func declare(
        _ path: String, _ name: String?, _ words: Words, _ middleware: [any Middleware],
        _ parameters: [ParameterDeclaration], _ status: Status, _ statusOfNil: Status?, _ content: ResponseContent?,
        _ errors: DocumentedErrors, _ run: Execution, _ isDocumented: Bool,
        _ answering: (BlockingOperation) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer
    ) {
        let blocking = BlockingOperation(name ?? "\(method) \(path)", threads: run.threads)
        declared.append(
            Operation(
                method: method, path: path, name: name, words: words, parameters: parameters, middleware: middleware,
                status: status, statusOfNil: statusOfNil, content: content, errors: errors, isDocumented: isDocumented,
                blocking: blocking, answering: answering(blocking)))
    }
}
