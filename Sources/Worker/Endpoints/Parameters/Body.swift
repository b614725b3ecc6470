internal import Messages

/// The content of the request, read as JSON.
public struct Body<Value: RequestValue>: Parameter {
    private let description: String

    /// A body of that type.
    /// - Parameter description: for the document.
    public init(_ type: Value.Type = Value.self, description: String = "") {
        self.description = description
    }

    /// The request's body, as JSON.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(.body, schema: Value.schema, description: description).plain
    }

    /// - Throws: `ValidationError` when the content is no JSON; `HTTPError` 400 when it cannot be read at all.
    public func find(in context: Context, issues: inout [Issue]) throws -> Value? {
        let content = context.request.body
        return try issues.nested(under: "body") { issues in
            guard !content.isEmpty else {
                issues.append(.missing(in: .null))
                return nil
            }
            // What was not sent as JSON is text, which a model refuses in its own words.
            let json = context.request.hasJSON ? try json(content) : .string(String(decoding: content, as: UTF8.self))
            return Value.read(json, issues: &issues)
        }
    }

    private func json(_ content: [UInt8]) throws -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: content)
        } catch {
            guard error.code == .syntax else { throw HTTPError(.badRequest, "There was an error parsing the body") }
            let issue = Issue(
                "json_invalid", at: ["body", .index(error.position)], "JSON decode error", input: .object([]),
                context: [.init("error", .string(error.message))])
            throw ValidationError([issue])
        }
    }
}

extension Request {
    /// Whether the media type is `application/json` or `application/...+json`, in any case and with any parameters.
    fileprivate var hasJSON: Bool {
        let prefix = "application/"
        guard let type = mediaType, type.hasPrefix(prefix) else { return false }
        let subtype = type.dropFirst(prefix.count)
        return subtype == "json" || subtype.hasSuffix("+json") && !subtype.contains("/")
    }
}
