public import Messages

/// One endpoint: a method and a path, and the handler for them. `get`, `post` and the others of `Routes` make it.
public struct Operation: Sendable {
    /// Answers a request of the endpoint. Errors of the handler are answered, not thrown.
    @usableFromInline typealias Responder = @Sendable (Context) throws -> Answer

    let method: Method
    /// With every prefix, and `{name}` for each parameter.
    var path: String
    var tags: [String]
    /// Nil if the operation is named by its method and path.
    private let declaredName: String?
    let description: OperationDescription
    /// Of its routers.
    var dependencies: [RouterDependency]
    /// Its own and that of its routers, the outermost first.
    var middleware: [any Middleware]
    /// What the handler takes.
    private let declarations: [ParameterDeclaration]
    let status: Status
    /// `ifNil:`.
    let statusOfNil: Status?
    let content: ResponseContent?
    let errors: DocumentedErrors
    let isDocumented: Bool
    let blocking: BlockingOperation
    /// What is wrong with the handler, if the compiler could not reject it.
    var mistake: String?
    /// Makes the responder, once everything around the endpoint is known.
    let makeResponder: @Sendable (OperationEnvironment) -> Responder

    @usableFromInline
    init(
        method: Method, path: String, name: String?, description: OperationDescription,
        parameters: [ParameterDeclaration], middleware: [any Middleware] = [], status: Status,
        statusOfNil: Status? = nil, content: ResponseContent?, errors: DocumentedErrors, isDocumented: Bool,
        blocking: BlockingOperation = .unnamed,
        makeResponder: @escaping @Sendable (OperationEnvironment) -> Responder
    ) {
        self.method = method
        self.path = path
        declaredName = name
        self.description = description
        tags = description.tags
        dependencies = []
        self.middleware = middleware
        declarations = parameters
        self.status = status
        self.statusOfNil = statusOfNil
        self.content = content
        self.errors = errors
        self.isDocumented = isDocumented
        self.blocking = blocking
        self.makeResponder = makeResponder
    }

    private var allDeclarations: [ParameterDeclaration] { dependencies.map(\.declaration) + declarations }

    /// Everything that is read of the request, by dependencies too.
    var parameters: [ParameterDeclaration] { allDeclarations.withDependencies }

    /// The lists in which no parameter may occur twice: the handler's, and each dependency's.
    var parameterLists: [[ParameterDeclaration]] {
        declarations.lists + dependencies.flatMap { [$0.declaration].lists }
    }

    /// Whether the content is received before the handler runs.
    var contentMode: ContentMode { parameters.first { $0.location == .body }?.contentMode ?? .whole }

    /// Whether its middleware or a parameter can ask the context for more than the request.
    var needsState: Bool { !middleware.isEmpty || allDeclarations.contains { !$0.readsRequestOnly } }

    /// As declared, such as `read_task`; else made of the method and the path without its parameters: `get_tasks`.
    var name: String {
        if let declaredName { return declaredName }
        let segments = path.split(separator: "/").filter { !$0.hasPrefix("{") }
        return Operation.identifier(([method.rawValue.lowercased()] + segments.map(String.init)).joined(separator: "_"))
    }

    /// The operation id: the name, the path and the method.
    var identifier: String { Operation.identifier(name + path) + "_" + method.rawValue.lowercased() }

    private static func identifier(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? Character(scalar) : "_"
            })
    }
}

/// Where a synchronous handler runs.
public struct Execution: Hashable, Sendable {
    private let isInline: Bool
    /// How many threads of the pool it may hold at once; nil for the usual share.
    @usableFromInline let threads: Int?

    /// On a thread of the blocking pool: the default, because the handler may block. One endpoint may hold three quarters of
    /// the threads at once, so that an endpoint that stalls leaves some for the others.
    public static let blocking = Execution(isInline: false, threads: nil)

    /// On the loop, for a handler that never blocks: it saves the switch to a thread and back. No other request of the worker
    /// proceeds while it runs. If it would have to block after all, it throws `WouldBlock`.
    public static let inline = Execution(isInline: true, threads: nil)

    /// On the blocking pool, with a share of the threads for this endpoint.
    /// - Parameter threads: how many it may hold at once. More than the pool has (`--blocking-threads`) means all.
    public static func blocking(threads: Int) -> Execution {
        precondition(threads > 0, "run: .blocking(threads:) needs at least one thread")
        return Execution(isInline: false, threads: threads)
    }
}
