internal import Messages

extension DeclarationCheck {
    /// Whether what an operation reads can be read, and is said once.
    /// - Parameter triedModels: whose order of properties was looked at before.
    func checkParameters(_ operation: Operation, _ triedModels: inout Set<ObjectIdentifier>) throws(DeclarationError) {
        if let mistake = mistake(in: operation) ?? misplacedProperties(of: operation, &triedModels) {
            throw DeclarationError(.parameter, "\(title(operation)): \(mistake)")
        }
    }

    private func mistake(in operation: Operation) -> String? {
        let parameters = operation.parameters
        if parameters.count(where: { $0.place == .body }) > 1 { return "a request has only one body" }
        if operation.content != nil, [204, 304].contains(operation.status.code) {
            return "an answer of \(operation.status.code) has no content; let the handler return nothing"
        }
        for list in operation.lists {
            if let twice = list.firstRepeated { return "\(twice.title) is read twice" }
        }
        for (index, parameter) in parameters.enumerated() {
            if let mistake = parameter.mistake { return mistake }
            if let type = parameter.provided, !provided.contains(type.identity) {
                return "nobody provides a \(type.name): api.provide(...)"
            }
            // What dependencies read may be read by others too, in the same way.
            let others = parameters[..<index].filter { !$0.name.isEmpty && $0.title == parameter.title }
            if others.contains(where: { $0.schema.json != parameter.schema.json }) {
                return "\(parameter.title) is read in two ways"
            }
        }
        var seen: Set<String> = []
        let schemas = parameters.map(\.schema) + (operation.content.map { [$0.schema] } ?? [])
        for schema in schemas {
            if let mistake = mistake(in: schema, &seen) { return mistake }
        }
        return nil
    }

    /// Also in the schemas that it refers to, but for those that were looked at already.
    private func mistake(in schema: Schema, _ seen: inout Set<String>) -> String? {
        if let mistake = schema.mistakes.first { return mistake }
        for definition in schema.definitions where seen.insert(definition.name).inserted {
            if let mistake = mistake(in: definition.schema(), &seen) { return "\(definition.name): \(mistake)" }
        }
        return nil
    }

    /// Only in models that are read: of others no value is ever made from its properties, so that the order does no harm,
    /// and an initialiser may refuse what no request sends.
    private func misplacedProperties(of operation: Operation, _ triedModels: inout Set<ObjectIdentifier>) -> String? {
        for parameter in operation.parameters {
            if let mistake = misplacedProperties(in: parameter.schema, &triedModels) { return mistake }
        }
        return nil
    }

    private func misplacedProperties(in schema: Schema, _ triedModels: inout Set<ObjectIdentifier>) -> String? {
        if let names = schema.model?.misplaced(), let last = names.last {
            let others = names.dropLast().joined(separator: ", ")
            return "the properties \(others) and \(last) are not in the order of the initialiser's parameters"
        }
        for definition in schema.definitions {
            guard let type = definition.type, triedModels.insert(type).inserted else { continue }
            if let mistake = misplacedProperties(in: definition.schema(), &triedModels) {
                return "\(definition.name): \(mistake)"
            }
        }
        return nil
    }
}

extension ParameterDeclaration {
    fileprivate var title: String { "the \(place.rawValue)'s \(name)" }

    fileprivate var mistake: String? {
        if mediaType == FormFields.mediaType, let name = schema.nestedModel {
            return "a form has texts and lists of texts, and none is a \(name)"
        }
        if place == .path, isList { return "\(title) cannot be a list" }
        // RFC 9110, section 5.1.
        let isToken = !name.isEmpty && name.utf8.allSatisfy(Token.holds)
        return place == .header && !isToken ? "\(title) is no field name" : nil
    }
}

extension Schema {
    /// A model that a property of this one is, or is made of.
    fileprivate var nestedModel: String? {
        definitions.flatMap { $0.schema().definitions }.first { $0.schema().model != nil }?.name
    }
}

extension [ParameterDeclaration] {
    /// The first that has another's place and name.
    fileprivate var firstRepeated: ParameterDeclaration? {
        var seen: Set<String> = []
        return first { !$0.name.isEmpty && !seen.insert($0.title).inserted }
    }
}
