internal import Messages

/// The OpenAPI 3.1 document of an API.
struct Document {
    private let title: String
    private let version: String
    private let description: String
    private let operations: [Operation]

    init(_ api: API, _ operations: [Operation]) {
        title = api.title
        version = api.version
        description = api.description
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
        if !schemas.isEmpty { members.append(.init("components", ["schemas": .object(schemas)])) }
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
        if words.isDeprecated { members.append(.init("deprecated", true)) }
        return .object(members)
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
            try components.add(Schema.httpValidationError)
            let error: JSON = [
                "description": "Validation Error", "content": content("application/json", .httpValidationError),
            ]
            responses.append(.init("422", error))
        }
        var errors = operation.errors
        if operation.parameters.contains(where: { $0.place == .body }) { errors = errors.adding(.badRequest) }
        for entry in errors.entries {
            try components.add(Schema.httpError)
            let error: JSON = [
                "description": .string(entry.description), "content": content("application/json", .httpError),
            ]
            responses.append(.init(String(entry.status.code), error))
        }
        // Two members of one name are no JSON object: browsers' YAML readers refuse the whole document.
        var seen: Set<String> = []
        return responses.filter { seen.insert($0.name).inserted }.sorted { $0.name < $1.name }
    }

    private func content(_ mediaType: String, _ schema: Schema) -> JSON {
        .object([.init(mediaType, ["schema": schema.json])])
    }
}

extension ParameterDeclaration {
    /// Whether a request may be refused for it with a list of issues.
    fileprivate var isChecked: Bool { place != .request && contentMode == .whole }

    /// As the document's `parameters` list it; nil for what stands elsewhere.
    fileprivate var json: JSON? {
        switch place {
        case .path, .query, .header:
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
