/// The content of the request, as an HTML form sends it: `application/x-www-form-urlencoded`.
///
/// ```swift
/// api.post("/recipes", Form(NewRecipe.self), status: .created, errors: [.forbidden]) { recipe in try store.add(recipe) }
/// ```
/// The model's properties are the form's fields. Of a repeated field the last counts, and one that was left empty was not
/// sent, as FastAPI has it. Files (`multipart/form-data`) are not taken.
public struct Form<Value: Model>: Parameter {
    private let submitted: SubmittedForm<Value>

    /// - Parameter origin: from where it may be posted.
    public init(_ type: Value.Type = Value.self, from origin: FormOrigin = .thisSite) {
        submitted = SubmittedForm(type, from: origin)
    }

    /// The request's body, as a form.
    public var declaration: ParameterDeclaration { submitted.declaration }

    /// - Throws: `ValidationError` when the content is no form; `HTTPError` 400 when it has too many fields, 403 when it
    ///   was posted from another site.
    public func find(in context: Context, issues: inout [Issue]) throws -> Value? {
        switch try submitted.submission(in: context).content {
        case .success(let model): return model
        case .failure(let error):
            issues += error.issues
            return nil
        }
    }
}
