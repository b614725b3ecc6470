public import Messages

/// Where a parameter stands, and what it is.
public struct ParameterDeclaration: Sendable {
    /// Part of a request. Issues are listed in this order.
    public enum Place: String, Sendable {
        case path
        case query
        case header
        case cookie
        case body
        /// Nothing that the document shows.
        case request
    }

    /// The part of the request that it stands in.
    public let place: Place
    /// Its name there; empty for a body.
    public let name: String
    /// Its schema, with what it must keep.
    public let schema: Schema
    /// Whether it must be sent.
    public let isRequired: Bool
    /// Whether it takes all values of its name.
    public let isList: Bool
    /// For the document; may be empty.
    public let description: String
    /// Of a body.
    public let mediaType: String
    /// Whether a body is there as a whole, or read piece by piece.
    public let contentMode: ContentMode
    /// Of a dependency, which stands nowhere itself.
    let dependency: Group?

    /// The parameters that a dependency is made of.
    struct Group: Sendable {
        let identity: DependencyIdentity
        let parameters: [ParameterDeclaration]
        let need: ParameterNeed
    }

    /// Of a value that the application must provide.
    let provided: ProvidedType?
    /// Of credentials.
    private(set) var security: SecurityScheme?
    /// Whether it is found in its place and asks the context for nothing else.
    private(set) var isPlain = false

    /// A type that something must be provided of.
    struct ProvidedType: Hashable, Sendable {
        let identity: ObjectIdentifier
        let name: String
    }

    /// What must be done before its value is there: the most that it, or what it is made of, asks for.
    @usableFromInline var need: ParameterNeed {
        guard let dependency else { return .inline }
        return max(dependency.need, dependency.parameters.need)
    }

    /// A declaration by its parts.
    public init(
        _ place: Place, name: String = "", schema: Schema = Schema(), isRequired: Bool = true, isList: Bool = false,
        description: String = "", mediaType: String = "application/json", contentMode: ContentMode = .whole
    ) {
        self.place = place
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

    /// Credentials, which the document shows in a way of its own.
    init(security scheme: SecurityScheme, isRequired: Bool) {
        self.init(.request, isRequired: isRequired)
        security = scheme
    }

    init(dependency identity: DependencyIdentity, of parameters: [ParameterDeclaration], need: ParameterNeed) {
        self.init(nil, Group(identity: identity, parameters: parameters, need: need))
    }

    /// Of what stands nowhere in the request.
    private init(_ provided: ProvidedType?, _ dependency: Group?) {
        place = .request
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

    /// The same, of a parameter that is found in its place and asks the context for nothing else.
    var plain: ParameterDeclaration {
        var copy = self
        copy.isPlain = true
        return copy
    }
}

extension [ParameterDeclaration] {
    /// The most that one of them needs.
    @usableFromInline var need: ParameterNeed { map(\.need).max() ?? .inline }

    /// These and those of the dependencies among them, in the order in which they are read; a dependency's only once.
    var all: [ParameterDeclaration] {
        var seen: Set<ObjectIdentifier> = []
        return all(&seen)
    }

    private func all(_ seen: inout Set<ObjectIdentifier>) -> [ParameterDeclaration] {
        flatMap { declaration in
            guard let group = declaration.dependency else { return [declaration] }
            return seen.insert(ObjectIdentifier(group.identity)).inserted ? group.parameters.all(&seen) : []
        }
    }

    /// The lists that they stand in: this one, and that of each dependency.
    var lists: [[ParameterDeclaration]] {
        [self] + compactMap(\.dependency).flatMap(\.parameters.lists)
    }
}
