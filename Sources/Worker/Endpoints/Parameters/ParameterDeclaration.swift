public import Messages

/// Where a parameter stands, and what it is.
public struct ParameterDeclaration: Sendable {
    /// Part of a request. Issues are listed in this order.
    public enum Place: String, Sendable {
        case path
        case query
        case header
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
        let identity: ObjectIdentifier
        let parameters: [ParameterDeclaration]
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
    }

    init(dependency identity: ObjectIdentifier, of parameters: [ParameterDeclaration]) {
        place = .request
        name = ""
        schema = Schema()
        isRequired = true
        isList = false
        description = ""
        mediaType = ""
        contentMode = .whole
        dependency = Group(identity: identity, parameters: parameters)
    }
}

extension [ParameterDeclaration] {
    /// These and those of the dependencies among them, in the order in which they are read; a dependency's only once.
    var all: [ParameterDeclaration] {
        var seen: Set<ObjectIdentifier> = []
        return all(&seen)
    }

    private func all(_ seen: inout Set<ObjectIdentifier>) -> [ParameterDeclaration] {
        flatMap { declaration in
            guard let group = declaration.dependency else { return [declaration] }
            return seen.insert(group.identity).inserted ? group.parameters.all(&seen) : []
        }
    }

    /// The lists that they stand in: this one, and that of each dependency.
    var lists: [[ParameterDeclaration]] {
        [self] + compactMap(\.dependency).flatMap(\.parameters.lists)
    }
}
