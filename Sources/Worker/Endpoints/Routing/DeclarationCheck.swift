/// Finds what is wrong with a set of operations before any request does.
struct DeclarationCheck {
    private let operations: [Operation]

    init(_ operations: [Operation]) {
        self.operations = operations
    }

    func run() throws(DeclarationError) {
        var routes: Set<String> = []
        var identifiers: [String: Operation] = [:]
        for operation in operations {
            try checkPath(operation)
            try checkParameters(operation)
            guard routes.insert("\(operation.method) \(shape(of: operation.path))").inserted else {
                throw DeclarationError(.route, "\(title(operation)) is declared twice")
            }
            if let other = identifiers.updateValue(operation, forKey: operation.identifier) {
                let both = "\(title(other)) and \(title(operation))"
                throw DeclarationError(.identifier, "\(both) have the same operation id, \(operation.identifier)")
            }
        }
    }

    private func checkPath(_ operation: Operation) throws(DeclarationError) {
        guard operation.path.hasPrefix("/") else {
            throw DeclarationError(.path, "\(title(operation)): the path must start with a slash")
        }
        let template = PathTemplate(operation.path)
        guard template.isValid else {
            throw DeclarationError(.path, "\(title(operation)): a {parameter} must have a name and be a whole segment")
        }
        let read = operation.parameters.filter { $0.place == .path }.map(\.name)
        for name in template.names {
            guard read.contains(name) else {
                throw DeclarationError(.parameter, "\(title(operation)): nothing reads {\(name)} of the path")
            }
            guard template.names.count(where: { $0 == name }) == 1 else {
                throw DeclarationError(.parameter, "\(title(operation)): {\(name)} stands in the path twice")
            }
        }
        if let name = read.first(where: { !template.names.contains($0) }) {
            throw DeclarationError(.parameter, "\(title(operation)): the path has no {\(name)}")
        }
    }

    private func checkParameters(_ operation: Operation) throws(DeclarationError) {
        func refuse(_ reason: String) throws(DeclarationError) {
            throw DeclarationError(.parameter, "\(title(operation)): \(reason)")
        }
        if operation.parameters.count(where: { $0.place == .body }) > 1 { try refuse("a request has only one body") }
        for list in operation.declarations.lists {
            if let twice = list.firstRepeated { try refuse("\(twice.text) is read twice") }
        }
        for (index, parameter) in operation.parameters.enumerated() {
            if parameter.place == .path, parameter.isList { try refuse("\(parameter.text) cannot be a list") }
            if parameter.place == .header, !parameter.name.isToken { try refuse("\(parameter.text) is no field name") }
            let others = operation.parameters[..<index].filter { $0.text == parameter.text && $0.name != "" }
            if others.contains(where: { $0.schema.json != parameter.schema.json }) {
                try refuse("\(parameter.text) is read in two ways")
            }
        }
        var seen: Set<String> = []
        let schemas = operation.parameters.map(\.schema) + [operation.content?.schema].compactMap(\.self)
        for schema in schemas {
            if let mistake = mistakes(in: schema, &seen).first { try refuse(mistake) }
        }
    }

    /// Those of the schemas too that it refers to, but for what was seen already.
    private func mistakes(in schema: Schema, _ seen: inout Set<String>) -> [String] {
        schema.mistakes
            + schema.definitions.flatMap { definition in
                guard seen.insert(definition.name).inserted else { return [String]() }
                return mistakes(in: definition.schema(), &seen).map { "\(definition.name): \($0)" }
            }
    }

    private func title(_ operation: Operation) -> String {
        "\(operation.method) \(operation.path)"
    }

    /// The path without the names of its parameters: what two routes may not have in common.
    private func shape(of path: String) -> String {
        PathTemplate(path).segments.map { segment in
            switch segment {
            case .fixed(let bytes): String(decoding: bytes, as: UTF8.self)
            case .parameter: "{}"
            }
        }.joined(separator: "/")
    }
}

extension ParameterDeclaration {
    fileprivate var text: String { "the \(place.rawValue)'s \(name)" }
}

extension [ParameterDeclaration] {
    /// The first that has another's place and name.
    fileprivate var firstRepeated: ParameterDeclaration? {
        var seen: Set<String> = []
        return first { !$0.name.isEmpty && !seen.insert($0.text).inserted }
    }
}

extension String {
    /// Whether it can be a field's name (RFC 9110, section 5.6.2).
    fileprivate var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                byte.isASCIIDigit || 0x61...0x7A ~= byte | 0x20 || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
