public import Messages

/// What a handler asks for: a part of the request, read and validated before the handler runs.
///
/// There are `Path`, `Query`, `Header`, `Cookie`, `Body`, `Form`, `StreamingBody`, `Dependency`, `Injected` and
/// `RequestContext`. A type of your own that conforms needs a `declaration` and `read(from:issues:)`.
public protocol Parameter<Value>: Sendable {
    /// What is read from the request: the value itself, or something that the value is made of later, as for a dependency.
    associatedtype Unresolved: Sendable

    /// What the handler receives.
    associatedtype Value: Sendable = Unresolved

    /// What the document and the checks at start need to know.
    var declaration: ParameterDeclaration { get }

    /// Reads the parameter from a request.
    /// - Parameter issues: append what is invalid, with its full location.
    /// - Returns: nil if issues were appended.
    /// - Throws: an error that ends the request at once, without the issues of other parameters.
    func read(from context: Context, issues: inout [Issue]) throws -> Unresolved?

    /// Makes the value on the calling thread. Static, for speed: it needs nothing of the parameter but its type.
    static func resolve(_ unresolved: Unresolved) throws -> Value

    /// Makes the value where it can be awaited: for async handlers, and for those with an async dependency.
    static func resolve(awaiting unresolved: Unresolved) async throws -> Value
}

extension Parameter where Unresolved == Value {
    /// The value, as it was read.
    @inlinable @inline(__always)
    public static func resolve(_ unresolved: Unresolved) throws -> Value { unresolved }

    /// The value, as it was read.
    @inlinable
    public static func resolve(awaiting unresolved: Unresolved) async throws -> Value { unresolved }
}

/// What the OpenAPI document and the checks at start know about a parameter.
public struct ParameterDeclaration: Sendable {
    /// A part of the request. Issues are listed in the order of the cases.
    public enum Location: String, Sendable {
        case path
        case query
        case header
        case cookie
        case body
        /// Anything else. The document does not show it.
        case request
    }

    /// The part of the request that holds the parameter.
    public let location: Location
    /// The parameter's name there; empty for a body.
    public let name: String
    /// The schema, with its constraints.
    public let schema: Schema
    /// Whether a request without it is invalid.
    public let isRequired: Bool
    /// Whether it takes all values of its name.
    public let isList: Bool
    /// For the document; may be empty.
    public let description: String
    /// Of a body.
    public let mediaType: String
    /// Of a body: whether it is received before the handler runs.
    public let contentMode: ContentMode
    /// The parts of a dependency, which has no location itself.
    let dependency: DependencyDeclaration?
    /// A value that the application must provide.
    let provided: ProvidedType?
    /// Credentials.
    private(set) var security: SecurityScheme?
    /// Whether it reads the request only, and nothing else of the context.
    private(set) var readsRequestOnly = false

    /// The parameters that a dependency is made of.
    struct DependencyDeclaration: Sendable {
        let identity: DependencyIdentity
        let parameters: [ParameterDeclaration]
        let execution: ParameterExecution
    }

    /// The type of a value that must be provided.
    struct ProvidedType: Hashable, Sendable {
        let identity: ObjectIdentifier
        let name: String
    }

    /// Where its value can be made: the most demanding of its own and of those that it is made of.
    @usableFromInline var execution: ParameterExecution {
        guard let dependency else { return .inline }
        return max(dependency.execution, dependency.parameters.execution)
    }

    /// A declaration of a parameter at that location.
    public init(
        _ location: Location, name: String = "", schema: Schema = Schema(), isRequired: Bool = true,
        isList: Bool = false, description: String = "", mediaType: String = "application/json",
        contentMode: ContentMode = .whole
    ) {
        self.location = location
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.isList = isList
        self.description = description
        self.mediaType = mediaType
        self.contentMode = contentMode
        dependency = nil
        provided = nil
    }

    init(provided type: (some Any).Type) {
        self.init(ProvidedType(identity: ObjectIdentifier(type), name: "\(type)"), nil)
    }

    /// Credentials, which the document shows as a security scheme.
    init(security scheme: SecurityScheme, isRequired: Bool) {
        self.init(.request, isRequired: isRequired)
        security = scheme
    }

    init(dependency identity: DependencyIdentity, of parameters: [ParameterDeclaration], execution: ParameterExecution)
    {
        self.init(nil, DependencyDeclaration(identity: identity, parameters: parameters, execution: execution))
    }

    private init(_ provided: ProvidedType?, _ dependency: DependencyDeclaration?) {
        location = .request
        name = ""
        schema = Schema()
        isRequired = true
        isList = false
        description = ""
        mediaType = ""
        contentMode = .whole
        self.provided = provided
        self.dependency = dependency
    }

    /// The declaration of a parameter that reads the request only. An endpoint of such parameters needs no `RequestState`.
    var requestOnly: ParameterDeclaration {
        var copy = self
        copy.readsRequestOnly = true
        return copy
    }
}

/// Where the value of a parameter can be made. In ascending order: a later case includes the earlier ones.
@usableFromInline
enum ParameterExecution: Int, Comparable, Sendable {
    /// On the loop.
    case inline
    /// By a function that may block.
    case blocking
    /// By a function that is awaited.
    case async

    @usableFromInline
    static func < (one: ParameterExecution, other: ParameterExecution) -> Bool { one.rawValue < other.rawValue }
}

extension [ParameterDeclaration] {
    /// The most demanding of them.
    @usableFromInline var execution: ParameterExecution { map(\.execution).max() ?? .inline }

    /// These and those of the dependencies among them, in the order in which they are read, each dependency once.
    var withDependencies: [ParameterDeclaration] {
        var seen: Set<ObjectIdentifier> = []
        return withDependencies(&seen)
    }

    private func withDependencies(_ seen: inout Set<ObjectIdentifier>) -> [ParameterDeclaration] {
        flatMap { declaration in
            guard let dependency = declaration.dependency else { return [declaration] }
            guard seen.insert(ObjectIdentifier(dependency.identity)).inserted else { return [] }
            return dependency.parameters.withDependencies(&seen)
        }
    }

    /// This list, and that of each dependency in it.
    var lists: [[ParameterDeclaration]] {
        [self] + compactMap(\.dependency).flatMap(\.parameters.lists)
    }
}
