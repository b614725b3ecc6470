internal import Messages

/// Finds mistakes in a set of operations before any request does.
struct DeclarationCheck {
    private let operations: [Operation]
    /// The types of the values that the API provides.
    private let provided: Set<ObjectIdentifier>

    init(_ operations: [Operation], provided: Set<ObjectIdentifier>) {
        self.operations = operations
        self.provided = provided
    }

    /// - Throws: the first mistake.
    func run() throws(DeclarationError) {
        var routes: Set<String> = []
        var identifiers: [String: Operation] = [:]
        var checkedModels: Set<ObjectIdentifier> = []
        for operation in operations {
            if let mistake = operation.mistake {
                throw DeclarationError(.handler, "\(title(operation)): \(mistake)")
            }
            try checkPath(operation)
            if let mistake = mistake(in: operation) ?? misplacedProperties(of: operation, &checkedModels) {
                throw DeclarationError(.parameter, "\(title(operation)): \(mistake)")
            }
            guard routes.insert("\(operation.method) \(shape(of: operation.path))").inserted else {
                throw DeclarationError(.route, "\(title(operation)) is declared twice; remove one of the two")
            }
            if let other = identifiers.updateValue(operation, forKey: operation.identifier) {
                let both = "\(title(other)) and \(title(operation))"
                throw DeclarationError(
                    .identifier,
                    "\(both) have the same operation id, \(operation.identifier): give one of them another name:")
            }
        }
    }

    private func title(_ operation: Operation) -> String { "\(operation.method) \(operation.path)" }

    // MARK: Paths

    private func checkPath(_ operation: Operation) throws(DeclarationError) {
        guard operation.path.hasPrefix("/") else {
            throw DeclarationError(.path, "\(title(operation)): the path must start with a slash")
        }
        let template = PathTemplate(operation.path)
        guard template.isValid else {
            throw DeclarationError(.path, "\(title(operation)): a {parameter} must have a name and be a whole segment")
        }
        let read = operation.parameters.filter { $0.location == .path }.map(\.name)
        for name in template.names {
            guard read.contains(name) else {
                throw DeclarationError(
                    .parameter, "\(title(operation)): nothing reads {\(name)} of the path; add a Path(\"\(name)\")")
            }
            guard template.names.count(where: { $0 == name }) == 1 else {
                throw DeclarationError(
                    .parameter, "\(title(operation)): {\(name)} is in the path twice; rename one of the two")
            }
        }
        if let name = read.first(where: { !template.names.contains($0) }) {
            throw DeclarationError(
                .parameter, "\(title(operation)): the path has no {\(name)}; add it, or remove the Path(\"\(name)\")")
        }
    }

    /// The path without the names of its parameters: two routes of one method must not have the same.
    private func shape(of path: String) -> String {
        PathTemplate(path).segments.map { segment in
            switch segment {
            case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
            case .parameter: "{}"
            }
        }.joined(separator: "/")
    }

    // MARK: Parameters and responses

    private func mistake(in operation: Operation) -> String? {
        let parameters = operation.parameters
        if parameters.count(where: { $0.location == .body }) > 1 {
            return "the body is read twice; a request has only one"
        }
        if operation.content != nil, [204, 304].contains(operation.status.code) {
            return "a response of \(operation.status.code) has no content; let the handler return nothing"
        }
        for list in operation.parameterLists {
            if let twice = list.firstRepeated { return "\(twice.title) is read twice; remove one of the two" }
        }
        for (index, parameter) in parameters.enumerated() {
            if let mistake = parameter.mistake { return mistake }
            if let type = parameter.provided, !provided.contains(type.identity) {
                return "no \(type.name) is provided: call api.provide(...) before api.build()"
            }
            // A dependency may read what others read too, if it reads it in the same way.
            let others = parameters[..<index].filter { !$0.name.isEmpty && $0.title == parameter.title }
            if others.contains(where: { $0.schema.json != parameter.schema.json }) {
                return "\(parameter.title) is read in two ways; declare it with the same type and constraints"
            }
        }
        var seen: Set<String> = []
        let schemas = parameters.map(\.schema) + (operation.content.map { [$0.schema] } ?? [])
        for schema in schemas {
            if let mistake = mistake(in: schema, &seen) { return mistake }
        }
        return nil
    }

    /// - Parameter seen: the names of schemas that were checked already.
    private func mistake(in schema: Schema, _ seen: inout Set<String>) -> String? {
        if let mistake = schema.mistakes.first { return mistake }
        for definition in schema.definitions where seen.insert(definition.name).inserted {
            if let mistake = mistake(in: definition.schema(), &seen) { return "\(definition.name): \(mistake)" }
        }
        return nil
    }

    // MARK: The order of properties

    /// Checks only models that are read. Of other models no value is made from properties, so the order does no harm, and an
    /// initializer may reject the values that the check would try.
    private func misplacedProperties(of operation: Operation, _ checked: inout Set<ObjectIdentifier>) -> String? {
        for parameter in operation.parameters {
            if let mistake = misplacedProperties(in: parameter.schema, &checked) { return mistake }
        }
        return nil
    }

    private func misplacedProperties(in schema: Schema, _ checked: inout Set<ObjectIdentifier>) -> String? {
        if let names = schema.model?.misplaced(), let last = names.last {
            let others = names.dropLast().joined(separator: ", ")
            return "the properties \(others) and \(last) are not in the order of the initializer's parameters"
        }
        for definition in schema.definitions {
            guard let type = definition.type, checked.insert(type).inserted else { continue }
            if let mistake = misplacedProperties(in: definition.schema(), &checked) {
                return "\(definition.name): \(mistake)"
            }
        }
        return nil
    }
}

/// A mistake in the declaration of endpoints, found when the API is built.
public struct DeclarationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// An invalid path, such as one that does not start with a slash.
        public static let path = Code(name: "path")
        /// A parameter that is missing, invalid or read twice.
        public static let parameter = Code(name: "parameter")
        /// Two operations with the same id.
        public static let identifier = Code(name: "identifier")
        /// Two operations with the same method and path.
        public static let route = Code(name: "route")
        /// A handler whose result is not a response.
        public static let handler = Code(name: "handler")
        /// Two types or security schemes with the same name in the document.
        public static let schema = Code(name: "schema")
    }

    /// The kind of mistake.
    public let code: Code
    /// What is wrong, where, and what to do.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

extension ParameterDeclaration {
    fileprivate var title: String { "the \(location.rawValue)'s \(name)" }

    fileprivate var mistake: String? {
        if mediaType == FormFields.mediaType, let name = schema.nestedModel {
            return "a form holds texts and lists of texts only, and \(name) is a model; use a Body"
        }
        if location == .path, isList { return "\(title) cannot be a list" }
        // RFC 9110, section 5.1.
        let isToken = !name.isEmpty && name.utf8.allSatisfy(TokenCharacters.contains)
        return location == .header && !isToken ? "\(title) is not a valid field name" : nil
    }
}

extension Schema {
    /// A model that a property of this one is, or is made of.
    fileprivate var nestedModel: String? {
        definitions.flatMap { $0.schema().definitions }.first { $0.schema().model != nil }?.name
    }
}

extension [ParameterDeclaration] {
    /// The first one whose location and name another has too.
    fileprivate var firstRepeated: ParameterDeclaration? {
        var seen: Set<String> = []
        return first { !$0.name.isEmpty && !seen.insert($0.title).inserted }
    }
}
