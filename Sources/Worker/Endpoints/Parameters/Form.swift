internal import Messages

/// The content of the request, decoded as an HTML form: `application/x-www-form-urlencoded`.
///
/// ```swift
/// api.post("/recipes", Form(NewRecipe.self), status: .created, errors: [.forbidden]) { recipe in try store.add(recipe) }
/// ```
/// The model's properties are the form's fields. If a field is repeated, the last value counts; an empty field counts as not
/// sent, as in FastAPI. Files (`multipart/form-data`) are not supported.
public struct Form<Value: Model>: Parameter {
    private let submitted: SubmittedForm<Value>

    /// - Parameter origin: which sites may post the form.
    public init(_ type: Value.Type = Value.self, from origin: FormOrigin = .sameOrigin) {
        submitted = SubmittedForm(type, from: origin)
    }

    /// The request's body, as a form.
    public var declaration: ParameterDeclaration { submitted.declaration }

    /// - Throws: `ValidationError` if the content is not a form; `HTTPError` 400 for too many fields, 403 for a form of another
    ///   site.
    public func read(from context: Context, issues: inout [Issue]) throws -> Value? {
        switch try submitted.submission(in: context).content {
        case .success(let model): return model
        case .failure(let error):
            issues += error.issues
            return nil
        }
    }
}

/// A form that reaches the handler even if it is invalid, so that a page can show each issue at its field, with the text that
/// was sent.
///
/// ```swift
/// api.post("/recipes", SubmittedForm(NewRecipe.self), errors: [.forbidden]) { form in
///     switch form.content {
///     case .success(let recipe): HTML("Added: \(HTML.escape(recipe.label))")
///     case .failure(let error): HTML("\(error.issues.count) mistakes in \(HTML.escape(form["label"]))")
///     }
/// }
/// ```
/// In all else it is like `Form`.
public struct SubmittedForm<Content: Model>: Parameter {
    private let origin: FormOrigin
    private let properties = Content.properties.schemas

    /// - Parameter origin: which sites may post the form.
    public init(_ type: Content.Type = Content.self, from origin: FormOrigin = .sameOrigin) {
        self.origin = origin
    }

    /// The request's body, as a form.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(.body, schema: Content.schema, mediaType: FormFields.mediaType).requestOnly
    }

    /// - Throws: `HTTPError` 400 for too many fields, 403 for a form of another site.
    public func read(from context: Context, issues: inout [Issue]) throws -> FormSubmission<Content>? {
        try submission(in: context)
    }

    fileprivate func submission(in context: Context) throws -> FormSubmission<Content> {
        try origin.check(context.request)
        do {
            let fields = try FormFields(context.request)
            return FormSubmission(content: fields.read(Content.self, properties), fields: fields)
        } catch let error as ValidationError {
            return FormSubmission(content: .failure(error), fields: nil)
        }
    }
}

/// A form as it was sent, and the model that was read from it.
public struct FormSubmission<Content: Sendable>: Sendable {
    /// The model, or all issues. An issue's location is `["body", name]`, or `["body"]` if the content is not a form.
    public let content: Result<Content, ValidationError>
    fileprivate let fields: FormFields?

    /// The text of the last field with that name; empty if there is none.
    public subscript(name: String) -> String { fields?[name] ?? "" }
}

/// Which sites may post a form: the protection against cross-site request forgery.
///
/// Any page can make a browser post a form to any site. So a stranger's page could use what a visitor's browser is allowed to
/// do here, because the visitor is logged in or on the same network.
public struct FormOrigin: Hashable, Sendable {
    private let name: String

    /// Pages of this server only; anything else is a 403.
    ///
    /// The browser says where a request comes from: in Sec-Fetch-Site on secure connections, else in Origin, which is compared
    /// with `Request.authority` (so a proxy in front must pass Host on, or send X-Forwarded-Host). A client that sends neither is allowed: it is no current browser, and
    /// only browsers can be tricked into posting on somebody's behalf.
    public static let sameOrigin = FormOrigin(name: "sameOrigin")
    /// Any page.
    public static let anyOrigin = FormOrigin(name: "anyOrigin")

    fileprivate func check(_ request: Request) throws(HTTPError) {
        guard self == .sameOrigin, !isOwn(request) else { return }
        throw HTTPError(.forbidden, "The form was posted from another site")
    }

    private func isOwn(_ request: Request) -> Bool {
        if let site = request.header("sec-fetch-site") { return site == "same-origin" || site == "none" }
        guard let origin = request.header("origin") else { return true }
        // Compared without the scheme: a proxy may have removed TLS.
        guard let host = origin.firstRange(of: "://").map({ origin[$0.upperBound...] }) else { return false }
        return host.lowercased() == request.authority.lowercased()
    }
}

/// The fields of a form, as they were sent.
struct FormFields: Sendable {
    static let mediaType = "application/x-www-form-urlencoded"
    /// Bounds the work that one request can cause; far more than a page has.
    private static let maximumCount = 1000

    private let content: QueryString

    /// - Throws: `ValidationError` for another media type; `HTTPError` 400 for too many fields.
    fileprivate init(_ request: Request) throws {
        guard request.body.isEmpty || request.mediaType == FormFields.mediaType else {
            let message = "Input should be a form sent as \(FormFields.mediaType)"
            let input = request.header("content-type").map(JSON.string) ?? .null
            throw ValidationError([Issue("form_type", at: ["body"], message, input: input)])
        }
        guard request.body.count(where: { $0 == UInt8(ascii: "&") }) < FormFields.maximumCount else {
            throw HTTPError(
                .badRequest, "Too many fields. Maximum number of fields is \(FormFields.maximumCount).")
        }
        content = QueryString(request.body[...])
    }

    /// The text of the last field with that name. Bytes that are not UTF-8 are read as U+FFFD.
    fileprivate subscript(name: String) -> String? { content.lastValue(of: name) }

    /// Reads a model. An empty field counts as not sent: browsers send every text box.
    /// - Parameter properties: the model's.
    fileprivate func read<Content: Model>(
        _ type: Content.Type, _ properties: [PropertySchema]
    ) -> Result<Content, ValidationError> {
        let members = properties.compactMap { property in
            value(of: property).map { JSON.Member(property.name, $0) }
        }
        var issues: [Issue] = []
        let model = issues.nested(under: "body") { Content.read(.object(members), issues: &$0) }
        guard issues.isEmpty, let model else { return .failure(ValidationError(issues)) }
        return .success(model)
    }

    /// For a list, the values of all fields with its name: a group of checkboxes shares one name.
    private func value(of property: PropertySchema) -> JSON? {
        if property.isList { return JSON(texts: content.values(of: property.name)) }
        guard let text = self[property.name], !text.isEmpty else { return nil }
        return .string(text)
    }
}
