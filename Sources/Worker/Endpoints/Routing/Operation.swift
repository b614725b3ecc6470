public import Messages

/// One endpoint: a method and a path, and the function that answers them.
public struct Operation: Sendable {
    let method: Method
    /// With every prefix, and `{name}` where a parameter stands.
    var path: String
    var tags: [String]
    let name: String
    let words: Words
    /// What the handler asks for.
    let declarations: [ParameterDeclaration]
    /// What is read of the request for it, by its dependencies too.
    let parameters: [ParameterDeclaration]
    let status: Status
    let content: ResponseContent?
    let errors: DocumentedErrors
    let isDocumented: Bool
    private(set) var answer: @Sendable (Call) throws -> Answer

    @usableFromInline
    init(
        method: Method, path: String, name: String, description: Words, parameters: [ParameterDeclaration],
        status: Status, content: ResponseContent?, errors: DocumentedErrors, isDocumented: Bool,
        answer: @escaping @Sendable (Call) throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.name = name
        words = description
        tags = description.tags
        declarations = parameters
        self.parameters = parameters.all
        self.status = status
        self.content = content
        self.errors = errors
        self.isDocumented = isDocumented
        self.answer = answer
    }

    /// How the content of its requests is taken.
    var contentMode: ContentMode { parameters.first { $0.place == .body }?.contentMode ?? .whole }

    /// With dependencies that are asked once a request, and some of them replaced.
    func sharing(_ replacements: Replacements) -> Operation {
        guard declarations.contains(where: { $0.dependency != nil }) else { return self }
        var copy = self
        copy.answer = { [answer] call in
            var call = call
            call.made = MadeValues(replacements)
            return try answer(call)
        }
        return copy
    }

    /// The name and the path in one word.
    var identifier: String {
        let word = (name + path).unicodeScalars.map { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? Character(scalar) : "_"
        }
        return String(word) + "_" + method.rawValue.lowercased()
    }
}

/// What a handler does while it runs.
public struct Execution: Hashable, Sendable {
    private let name: String

    /// It returns at once; it runs on the server's loop.
    public static let loop = Execution(name: "loop")
    /// It waits for something; it runs on a thread of the blocking pool.
    public static let blocking = Execution(name: "blocking")
}
