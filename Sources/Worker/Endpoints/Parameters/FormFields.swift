internal import Messages

/// The fields of a form, as they were sent.
struct FormFields: Sendable {
    static let mediaType = "application/x-www-form-urlencoded"
    /// Many more than a page has: it bounds the work that a request can make.
    static let mostFields = 1000

    private let content: QueryString

    /// - Throws: `ValidationError` for another media type; `HTTPError` 400 for too many fields.
    init(_ request: Request) throws {
        guard request.body.isEmpty || request.mediaType == FormFields.mediaType else {
            let message = "Input should be a form sent as \(FormFields.mediaType)"
            let input = request.value(of: "content-type").map(JSON.string) ?? .null
            throw ValidationError([Issue("form_type", at: ["body"], message, input: input)])
        }
        guard request.body.count(where: { $0 == UInt8(ascii: "&") }) < FormFields.mostFields else {
            throw HTTPError(
                .badRequest, "Too many fields. Maximum number of fields is \(FormFields.mostFields).")
        }
        content = QueryString(request.body[...])
    }

    /// The text of the last field of that name; bytes that are no UTF-8 are U+FFFD in it.
    subscript(name: String) -> String? { content.lastValue(of: name) }

    /// Reads a model. A field that was left empty was not sent: a browser sends every text box.
    /// - Parameter properties: the model's.
    func read<Content: Model>(
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

    /// Of a list all fields of its name, as several boxes to tick have one.
    private func value(of property: PropertySchema) -> JSON? {
        if property.isList { return JSON(texts: content.values(of: property.name)) }
        guard let text = self[property.name], !text.isEmpty else { return nil }
        return .string(text)
    }
}
