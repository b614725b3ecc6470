/// Finds what is wrong with a set of operations before any request does.
struct DeclarationCheck {
    private let operations: [Operation]
    /// Types of which the API provides a value.
    let provided: Set<ObjectIdentifier>

    init(_ operations: [Operation], provided: Set<ObjectIdentifier>) {
        self.operations = operations
        self.provided = provided
    }

    func run() throws(DeclarationError) {
        var routes: Set<String> = []
        var identifiers: [String: Operation] = [:]
        var triedModels: Set<ObjectIdentifier> = []
        for operation in operations {
            if let mistake = operation.mistake {
                throw DeclarationError(.handler, "\(title(operation)): \(mistake)")
            }
            try checkPath(operation)
            try checkParameters(operation, &triedModels)
            guard routes.insert("\(operation.method) \(shape(of: operation.path))").inserted else {
                throw DeclarationError(.route, "\(title(operation)) is declared twice")
            }
            if let other = identifiers.updateValue(operation, forKey: operation.identifier) {
                let both = "\(title(other)) and \(title(operation))"
                throw DeclarationError(
                    .identifier,
                    "\(both) have the same operation id, \(operation.identifier): give one of them another name:")
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

    func title(_ operation: Operation) -> String {
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
