internal import Messages

extension DeclarationCheck {
    /// Whether what an operation reads can be read, and is said once.
    func checkParameters(_ operation: Operation) throws(DeclarationError) {
        if let mistake = mistake(in: operation) {
            throw DeclarationError(.parameter, "\(title(operation)): \(mistake)")
        }
    }

    private func mistake(in operation: Operation) -> String? {
        let parameters = operation.parameters
        if parameters.count(where: { $0.place == .body }) > 1 { return "a request has only one body" }
        for list in operation.declarations.lists {
            if let twice = list.firstRepeated { return "\(twice.title) is read twice" }
        }
        for (index, parameter) in parameters.enumerated() {
            if let mistake = parameter.mistake { return mistake }
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
}

extension ParameterDeclaration {
    fileprivate var title: String { "the \(place.rawValue)'s \(name)" }

    fileprivate var mistake: String? {
        if place == .path, isList { return "\(title) cannot be a list" }
        // RFC 9110, section 5.1.
        let isToken = !name.isEmpty && name.utf8.allSatisfy(Token.holds)
        return place == .header && !isToken ? "\(title) is no field name" : nil
    }
}

extension [ParameterDeclaration] {
    /// The first that has another's place and name.
    fileprivate var firstRepeated: ParameterDeclaration? {
        var seen: Set<String> = []
        return first { !$0.name.isEmpty && !seen.insert($0.title).inserted }
    }
}
