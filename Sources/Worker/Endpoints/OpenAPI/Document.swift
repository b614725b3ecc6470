internal import Messages

/// The OpenAPI 3.1 document of an API.
struct Document {
    private let title: String
    private let version: String
    private let description: String
    private let operations: [Operation]
    private let errors: ErrorResponder

    init(_ api: API, _ operations: [Operation]) {
        title = api.title
        version = api.version
        description = api.description
        errors = api.errors
        self.operations = operations.filter(\.isDocumented)
    }

    func json() throws(DeclarationError) -> JSON {
        var components = Components()
        var paths: [JSON.Member] = []
        for operation in operations {
            let member = JSON.Member(operation.method.rawValue.lowercased(), try json(operation, &components))
            if let index = paths.firstIndex(where: { $0.name == operation.path }),
                case .object(let others) = paths[index].value
            {
                paths[index].value = .object(others + [member])
            } else {
                paths.append(.init(operation.path, .object([member])))
            }
        }
        var information = [JSON.Member("title", .string(title))]
        if !description.isEmpty { information.append(.init("description", .string(description))) }
        information.append(.init("version", .string(version)))
        var members: [JSON.Member] = [
            .init("openapi", "3.1.0"), .init("info", .object(information)), .init("paths", .object(paths)),
        ]
        let schemas = components.json
        var named: [JSON.Member] = schemas.isEmpty ? [] : [.init("schemas", .object(schemas))]
        let schemes = try securitySchemes()
        if !schemes.isEmpty { named.append(.init("securitySchemes", .object(schemes))) }
        if !named.isEmpty { members.append(.init("components", .object(named))) }
        return .object(members)
    }

    private func json(_ operation: Operation, _ components: inout Components) throws(DeclarationError) -> JSON {
        var members: [JSON.Member] = []
        if !operation.tags.isEmpty { members.append(.init("tags", .array(operation.tags.map(JSON.string)))) }
        let words = operation.words
        members.append(.init("summary", .string(words.summary ?? operation.name.titleCased)))
        if !words.description.isEmpty { members.append(.init("description", .string(words.description))) }
        members.append(.init("operationId", .string(operation.identifier)))
        for parameter in operation.parameters { try components.add(parameter.schema) }
        let parameters = operation.parameters.uniqued.compactMap(\.json)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = operation.parameters.first(where: { $0.place == .body }) {
            var requestBody: [JSON.Member] = []
            if !body.description.isEmpty { requestBody.append(.init("description", .string(body.description))) }
            requestBody.append(.init("content", content(body.mediaType, body.schema)))
            requestBody.append(.init("required", true))
            members.append(.init("requestBody", .object(requestBody)))
        }
        members.append(.init("responses", .object(try responses(operation, &components))))
        if let security = operation.security { members.append(.init("security", security)) }
        if words.isDeprecated { members.append(.init("deprecated", true)) }
        return .object(members)
    }

    /// Each once, in the order of the operations.
    private func securitySchemes() throws(DeclarationError) -> [JSON.Member] {
        var schemes: [JSON.Member] = []
        for scheme in operations.flatMap(\.parameters).compactMap(\.security) {
            if let known = schemes.first(where: { $0.name == scheme.name }) {
                guard known.value == scheme.json else {
                    throw DeclarationError(
                        .schema, "two security schemes have the name \(scheme.name); name: gives one of them another")
                }
            } else {
                schemes.append(.init(scheme.name, scheme.json))
            }
        }
        return schemes
    }

    private func responses(
        _ operation: Operation, _ components: inout Components
    ) throws(DeclarationError) -> [JSON.Member] {
        var success: [JSON.Member] = [.init("description", .string(operation.words.answer))]
        if let answered = operation.content {
            try components.add(answered.schema)
            // A schema of no name of its own has the operation's.
            let title = "Response " + operation.identifier.titleCased
            let isJSON = answered.mediaType == "application/json"
            let schema = isJSON ? answered.schema.annotated(title: title) : answered.schema
            success.append(.init("content", content(answered.mediaType, schema)))
        }
        var responses: [JSON.Member] = [.init(String(operation.status.code), .object(success))]
        if operation.parameters.contains(where: \.isChecked) {
            let words = DocumentedErrors.Entry(status: .unprocessableContent, description: "Validation Error")
            responses.append(try error(words, Schema.httpValidationError, &components))
        }
        var errors = operation.errors
        if let statusOfNil = operation.statusOfNil { errors = errors.adding(statusOfNil, isOfNil: true) }
        if operation.parameters.contains(where: { $0.place == .body }) { errors = errors.adding(.badRequest) }
        for entry in errors.entries { responses.append(try error(entry, Schema.httpError, &components)) }
        // Two members of one name are no JSON object: browsers' YAML readers refuse the whole document.
        var seen: Set<String> = []
        return responses.filter { seen.insert($0.name).inserted }.sorted { $0.name < $1.name }
    }

    /// - Parameter schema: of the body, where the application has no rule for errors of that status.
    private func error(
        _ entry: DocumentedErrors.Entry, _ schema: Schema, _ components: inout Components
    ) throws(DeclarationError) -> JSON.Member {
        var error: [JSON.Member] = [.init("description", .string(entry.description))]
        let ofNil = [NotFoundError.self, HTTPError.self, (any Error).self].map { ObjectIdentifier($0 as Any.Type) }
        let own = errors.documented.filter { rule in
            rule.status == entry.status && (!entry.isOfNil || ofNil.contains(rule.type))
        }
        if own.isEmpty {
            try components.add(schema)
            error.append(.init("content", content("application/json", schema)))
        } else if let answered = own.compactMap(\.content).first {
            try components.add(answered.schema)
            error.append(.init("content", content(answered.mediaType, answered.schema)))
        }
        return .init(String(entry.status.code), .object(error))
    }

    private func content(_ mediaType: String, _ schema: Schema) -> JSON {
        .object([.init(mediaType, ["schema": schema.json])])
    }
}

extension Operation {
    /// What a client must show: all schemes together; nil when there is none. Those that need not be met are alternatives.
    fileprivate var security: JSON? {
        var seen: Set<String> = []
        // What is required once is required.
        let all = parameters.filter { $0.security != nil }
        let declared = (all.filter(\.isRequired) + all.filter { !$0.isRequired }).filter { declaration in
            declaration.security.map { seen.insert($0.name).inserted } ?? false
        }
        if declared.isEmpty { return nil }
        func requirement(_ schemes: [ParameterDeclaration]) -> JSON {
            .object(schemes.compactMap(\.security).map { .init($0.name, .array([])) })
        }
        let required = declared.filter(\.isRequired)
        let optional = declared.filter { !$0.isRequired }.map { requirement(required + [$0]) }
        return .array(optional + [requirement(required)])
    }
}

extension ParameterDeclaration {
    /// Whether a request may be refused for it with a list of issues.
    fileprivate var isChecked: Bool { place != .request && contentMode == .whole }

    /// As the document's `parameters` list it; nil for what stands elsewhere.
    fileprivate var json: JSON? {
        switch place {
        case .path, .query, .header, .cookie:
            .object(
                [
                    .init("name", .string(name)), .init("in", .string(place.rawValue)),
                    .init("required", .bool(isRequired)), .init("schema", schema.json),
                ] + (description.isEmpty ? [] : [.init("description", .string(description))]))
        case .body, .request: nil
        }
    }
}

extension [ParameterDeclaration] {
    /// What several dependencies read stands in the document once.
    fileprivate var uniqued: [ParameterDeclaration] {
        var seen: Set<[String]> = []
        return filter { seen.insert([$0.place.rawValue, $0.name]).inserted }
    }
}
