/// A form whose issues go to the handler, so that a page can show each at its field, beside the texts that were sent.
///
/// ```swift
/// routes.post("/recipes", name: "add", "", SubmittedForm(RecipeCreate.self)) { form in
///     switch form.content {
///     case .success(let recipe): try added(recipe)
///     case .failure(let error): page(label: form["label"], issues: error.issues)
///     }
/// }
/// ```
/// Otherwise it is a `Form`.
public struct SubmittedForm<Content: Model>: Parameter {
    private let origin: FormOrigin

    /// - Parameter origin: from where it may be posted.
    public init(_ type: Content.Type = Content.self, from origin: FormOrigin = .thisSite) {
        self.origin = origin
    }

    /// The request's body, as a form.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(.body, schema: Content.schema, mediaType: FormFields.mediaType)
    }

    /// - Throws: `HTTPError` 400 when it has too many fields, 403 when it was posted from another site.
    public func value(in call: Call, issues: inout [Issue]) throws -> Submission<Content>? {
        try submission(in: call)
    }

    func submission(in call: Call) throws -> Submission<Content> {
        try origin.check(call.request)
        do {
            let fields = try FormFields(call.request)
            return Submission(content: fields.read(Content.self), fields: fields)
        } catch let error as ValidationError {
            return Submission(content: .failure(error), fields: nil)
        }
    }
}

/// A form as it was sent, and what was made of it.
public struct Submission<Content: Sendable>: Sendable {
    /// The model, or all that is wrong: each issue stands at `["body", name]`, or at `["body"]` when there is no form.
    public let content: Result<Content, ValidationError>
    let fields: FormFields?

    /// The text of the last field of that name; empty when there is none.
    public subscript(name: String) -> String { fields?[name] ?? "" }
}
