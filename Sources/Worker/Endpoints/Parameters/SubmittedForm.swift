/// A form whose issues go to the handler, so that a page can show each at its field, beside the texts that were sent.
///
/// ```swift
/// api.post("/recipes", SubmittedForm(NewRecipe.self), errors: [.forbidden]) { form in
///     switch form.content {
///     case .success(let recipe): HTML("Added: \(HTML.escape(recipe.label))")
///     case .failure(let error): HTML("\(error.issues.count) mistakes in \(HTML.escape(form["label"]))")
///     }
/// }
/// ```
/// Otherwise it is a `Form`.
public struct SubmittedForm<Content: Model>: Parameter {
    private let origin: FormOrigin
    private let properties = Content.properties.schemas

    /// - Parameter origin: from where it may be posted.
    public init(_ type: Content.Type = Content.self, from origin: FormOrigin = .thisSite) {
        self.origin = origin
    }

    /// The request's body, as a form.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(.body, schema: Content.schema, mediaType: FormFields.mediaType).plain
    }

    /// - Throws: `HTTPError` 400 when it has too many fields, 403 when it was posted from another site.
    public func find(in context: Context, issues: inout [Issue]) throws -> Submission<Content>? {
        try submission(in: context)
    }

    func submission(in context: Context) throws -> Submission<Content> {
        try origin.check(context.request)
        do {
            let fields = try FormFields(context.request)
            return Submission(content: fields.read(Content.self, properties), fields: fields)
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
