public import Messages

/// One endpoint: a method and a path, and the function that answers them.
public struct Operation: Sendable {
    /// Answers a request of the endpoint; nothing that a handler throws comes out of it.
    @usableFromInline typealias Answering = @Sendable (Context) throws -> Answer

    let method: Method
    /// With every prefix, and `{name}` where a parameter stands.
    var path: String
    var tags: [String]
    /// As declared; nil for one that is named by its method and path.
    private let declaredName: String?
    let words: Words
    /// What must be met before the handler is asked: its own, and those of its routers.
    var requirements: [Requirement]
    /// What stands around it: its own, and that of its routers, the outermost first.
    var middleware: [any Middleware]
    /// What the handler asks for.
    private let declarations: [ParameterDeclaration]
    let status: Status
    /// Of an answer of nil.
    let statusOfNil: Status?
    let content: ResponseContent?
    let errors: DocumentedErrors
    let isDocumented: Bool
    let blocking: BlockingOperation
    /// What is wrong with the handler, where the compiler could not refuse it.
    var mistake: String?
    /// Makes the answering function, once everything around the endpoint is known.
    let answering: @Sendable (OperationEnvironment) -> Answering

    @usableFromInline
    init(
        method: Method, path: String, name: String?, words: Words, parameters: [ParameterDeclaration],
        middleware: [any Middleware] = [], status: Status, statusOfNil: Status? = nil, content: ResponseContent?,
        errors: DocumentedErrors, isDocumented: Bool, blocking: BlockingOperation = .unnamed,
        answering: @escaping @Sendable (OperationEnvironment) -> Answering
    ) {
        self.method = method
        self.path = path
        declaredName = name
        self.words = words
        tags = words.tags
        requirements = []
        self.middleware = middleware
        declarations = parameters
        self.status = status
        self.statusOfNil = statusOfNil
        self.content = content
        self.errors = errors
        self.isDocumented = isDocumented
        self.blocking = blocking
        self.answering = answering
    }

    /// What is read of the request, by dependencies too.
    var parameters: [ParameterDeclaration] { (requirements.map(\.declaration) + declarations).all }

    /// The lists of parameters in which nothing may stand twice: the handler's, and each dependency's.
    var lists: [[ParameterDeclaration]] { declarations.lists + requirements.flatMap { [$0.declaration].lists } }

    /// How the content of its requests is taken.
    var contentMode: ContentMode { parameters.first { $0.place == .body }?.contentMode ?? .whole }

    /// Whether something of it can ask for more than parts of the request.
    var needsState: Bool {
        !middleware.isEmpty || (requirements.map(\.declaration) + declarations).contains { !$0.isPlain }
    }

    /// `read_task`; where none is declared, of the method and the path without its parameters: `get_tasks`.
    var name: String {
        if let declaredName { return declaredName }
        let segments = path.split(separator: "/").filter { !$0.hasPrefix("{") }
        return Operation.word(([method.rawValue.lowercased()] + segments.map(String.init)).joined(separator: "_"))
    }

    /// The name, the path and the method in one word.
    var identifier: String { Operation.word(name + path) + "_" + method.rawValue.lowercased() }

    private static func word(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? Character(scalar) : "_"
            })
    }
}

/// A parameter whose value nobody takes, but that must be there: what `needs:` of a router says.
struct Requirement: Sendable {
    struct Found: Sendable {
        let meet: @Sendable () throws -> Void
        let await: @Sendable (Context) async throws -> Void
    }

    let declaration: ParameterDeclaration
    let find: @Sendable (Context, inout [Issue]) throws -> Found?

    init<Need: Parameter>(_ parameter: Need) {
        declaration = parameter.declaration
        find = { context, issues in
            try parameter.find(in: context, issues: &issues).map { found in
                Found {
                    _ = try Need.value(of: found)
                } await: {
                    _ = try await Need.value(of: found, awaitingIn: $0)
                }
            }
        }
    }

    static func all<each Need: Parameter>(_ needs: repeat each Need) -> [Requirement] {
        var all: [Requirement] = []
        for need in repeat each needs { all.append(Requirement(need)) }
        return all
    }
}
