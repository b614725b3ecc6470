internal import Messages

/// The OpenAPI 3.1 document of an API.
struct OpenAPIDocument {
    private let title: String
    private let version: String
    private let description: String
    private let operations: [Operation]
    private let errorHandlers: ErrorHandlers

    init(_ api: API, _ operations: [Operation]) {
        title = api.title
        version = api.version
        description = api.description
        errorHandlers = api.errors
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
        members.append(.init("summary", .string(operation.description.summary ?? operation.name.titleCased)))
        let description = operation.description.description
        if !description.isEmpty { members.append(.init("description", .string(description))) }
        members.append(.init("operationId", .string(operation.identifier)))
        for parameter in operation.parameters { try components.add(parameter.schema) }
        let parameters = operation.parameters.uniqued.compactMap(\.json)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = operation.parameters.first(where: { $0.location == .body }) {
            var requestBody: [JSON.Member] = []
            if !body.description.isEmpty { requestBody.append(.init("description", .string(body.description))) }
            requestBody.append(.init("content", json(body.mediaType, body.schema)))
            requestBody.append(.init("required", true))
            members.append(.init("requestBody", .object(requestBody)))
        }
        members.append(.init("responses", .object(try responses(operation, &components))))
        if let security = operation.security { members.append(.init("security", security)) }
        if operation.description.isDeprecated { members.append(.init("deprecated", true)) }
        return .object(members)
    }

    /// Each scheme once, in the order of the operations.
    private func securitySchemes() throws(DeclarationError) -> [JSON.Member] {
        var schemes: [JSON.Member] = []
        for scheme in operations.flatMap(\.parameters).compactMap(\.security) {
            if let known = schemes.first(where: { $0.name == scheme.name }) {
                guard known.value == scheme.json else {
                    throw DeclarationError(
                        .schema,
                        "two different security schemes have the name \(scheme.name); give one of them another name:")
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
        var success: [JSON.Member] = [.init("description", .string(operation.description.response))]
        if let content = operation.content {
            try components.add(content.schema)
            // A schema without a name of its own is titled after the operation.
            let title = "Response " + operation.identifier.titleCased
            let isJSON = content.mediaType == "application/json"
            let schema = isJSON ? content.schema.annotated(title: title) : content.schema
            success.append(.init("content", json(content.mediaType, schema)))
        }
        var responses: [JSON.Member] = [.init(String(operation.status.code), .object(success))]
        if operation.parameters.contains(where: \.isChecked) {
            let entry = DocumentedErrors.Entry(status: .unprocessableContent, description: "Validation Error")
            responses.append(try error(entry, Schema.httpValidationError, &components))
        }
        var errors = operation.errors
        if let statusOfNil = operation.statusOfNil { errors = errors.adding(statusOfNil, isOfNil: true) }
        if operation.parameters.contains(where: { $0.location == .body }) { errors = errors.adding(.badRequest) }
        for entry in errors.entries { responses.append(try error(entry, Schema.httpError, &components)) }
        // A JSON object must not repeat a name: Swagger UI's YAML parser rejects the whole document.
        var seen: Set<String> = []
        return responses.filter { seen.insert($0.name).inserted }.sorted { $0.name < $1.name }
    }

    /// - Parameter schema: of the body, if the application has no error handler with that status.
    private func error(
        _ entry: DocumentedErrors.Entry, _ schema: Schema, _ components: inout Components
    ) throws(DeclarationError) -> JSON.Member {
        var error: [JSON.Member] = [.init("description", .string(entry.description))]
        let ofNil = [NotFoundError.self, HTTPError.self, (any Error).self].map { ObjectIdentifier($0 as Any.Type) }
        let own = errorHandlers.documented.filter { response in
            response.status == entry.status && (!entry.isOfNil || ofNil.contains(response.errorType))
        }
        if own.isEmpty {
            try components.add(schema)
            error.append(.init("content", json("application/json", schema)))
        } else if let content = own.compactMap(\.content).first {
            try components.add(content.schema)
            error.append(.init("content", json(content.mediaType, content.schema)))
        }
        return .init(String(entry.status.code), .object(error))
    }

    /// A Media Type Object.
    private func json(_ mediaType: String, _ schema: Schema) -> JSON {
        .object([.init(mediaType, ["schema": schema.json])])
    }
}

extension Operation {
    /// The credentials that a client must send: all schemes together; nil for none. Optional schemes are alternatives.
    fileprivate var security: JSON? {
        var seen: Set<String> = []
        // A scheme that is required once is required.
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
    /// Whether a request can fail its validation with a 422.
    fileprivate var isChecked: Bool { location != .request && contentMode == .whole }

    /// A Parameter Object; nil for parameters that the document shows elsewhere.
    fileprivate var json: JSON? {
        switch location {
        case .path, .query, .header, .cookie:
            .object(
                [
                    .init("name", .string(name)), .init("in", .string(location.rawValue)),
                    .init("required", .bool(isRequired)), .init("schema", schema.json),
                ] + (description.isEmpty ? [] : [.init("description", .string(description))]))
        case .body, .request: nil
        }
    }
}

extension [ParameterDeclaration] {
    /// A parameter that several dependencies read is in the document once.
    fileprivate var uniqued: [ParameterDeclaration] {
        var seen: Set<[String]> = []
        return filter { seen.insert([$0.location.rawValue, $0.name]).inserted }
    }
}

/// The named schemas that a document refers to, each once.
private struct Components {
    private var schemas: [String: JSON] = [:]
    private var types: [String: ObjectIdentifier] = [:]

    /// Sorted by name.
    var json: [JSON.Member] {
        schemas.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
    }

    /// Adds the schemas that a schema refers to, directly and indirectly.
    mutating func add(_ schema: Schema) throws(DeclarationError) {
        for definition in schema.definitions {
            if schemas[definition.name] != nil {
                guard types[definition.name] == definition.type else {
                    throw DeclarationError(
                        .schema,
                        "two types have the name \(definition.name) in the document; give one of them another schemaName"
                    )
                }
                continue
            }
            let schema = definition.schema()
            schemas[definition.name] = schema.json
            types[definition.name] = definition.type
            try add(schema)
        }
    }
}

extension Schema {
    /// `{"detail":"..."}`
    fileprivate static let httpError = reference("HTTPError") {
        .object([("detail", .type("string").annotated(title: "Detail"))], required: ["detail"], title: "HTTPError")
    }

    /// `{"detail":[...]}`, an object per issue.
    fileprivate static let httpValidationError = reference("HTTPValidationError") {
        .object(
            [("detail", .array(of: validationError).annotated(title: "Detail"))], required: [],
            title: "HTTPValidationError")
    }

    private static let validationError = reference("ValidationError") {
        .object(
            [
                ("loc", .array(of: .any(of: [.type("string"), .type("integer")])).annotated(title: "Location")),
                ("msg", .type("string").annotated(title: "Message")),
                ("type", .type("string").annotated(title: "Error Type")),
                ("input", Schema().annotated(title: "Input")),
                ("ctx", .type("object").annotated(title: "Context")),
            ],
            required: ["loc", "msg", "type"], title: "ValidationError")
    }
}
