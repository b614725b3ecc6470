public import Messages

/// The content of the request, decoded as JSON.
public struct Body<Value: RequestValue>: Parameter {
    private let description: String

    /// - Parameter description: for the document.
    public init(_ type: Value.Type = Value.self, description: String = "") {
        self.description = description
    }

    /// The request's body, as JSON.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(.body, schema: Value.schema, description: description).requestOnly
    }

    /// - Throws: `ValidationError` if the content is not JSON; `HTTPError` 400 if the JSON exceeds a limit, such as its depth.
    public func read(from context: Context, issues: inout [Issue]) throws -> Value? {
        let content = context.request.body
        return try issues.nested(under: "body") { issues in
            guard !content.isEmpty else {
                issues.append(.missing(in: .null))
                return nil
            }
            // Content of another media type is read as text; the model then says that it expects an object.
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

/// The content of the request, read in pieces while the client sends it.
///
/// ```swift
/// api.post("/files", StreamingBody(limit: 1 << 30)) { content in
///     var size = 0
///     for try await piece in content { size += piece.count }
///     return size
/// }
/// ```
/// The handler runs when the head of the request has been received. If the client disconnects, stalls or sends too much, the
/// sequence throws a `ContentError`. You need not catch it: the client then gets the status that fits it.
public struct StreamingBody: Parameter {
    private let limit: Int?
    private let mediaType: String

    /// - Parameters:
    ///   - limit: in bytes; nil for the server's own (`--max-body`).
    ///   - mediaType: for the document; it is not checked.
    public init(limit: Int? = nil, mediaType: String = "application/octet-stream") {
        self.limit = limit
        self.mediaType = mediaType
    }

    /// The request's body, as bytes.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(
            .body, schema: Schema([.init("type", "string"), .init("format", "binary")]), mediaType: mediaType,
            contentMode: .stream(limit: limit)
        ).requestOnly
    }

    /// The pieces that are still to come.
    public func read(from context: Context, issues: inout [Issue]) -> ContentStream? { context.request.stream }
}

extension Request {
    /// Whether the media type is `application/json` or `application/...+json`, in any case and with any parameters.
    fileprivate var hasJSON: Bool {
        let prefix = "application/"
        guard let type = mediaType, type.hasPrefix(prefix) else { return false }
        let subtype = type.dropFirst(prefix.count)
        return subtype == "json" || subtype.hasSuffix("+json") && !subtype.contains("/")
    }

    /// The media type of the content in lower case, without parameters; nil if the client sent none.
    var mediaType: String? {
        guard let range = head.firstValue(of: "content-type") else { return nil }
        let value = head.bytes[range].prefix { $0 != UInt8(ascii: ";") }
        let end = value.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? value.startIndex
        return String(decoding: value[..<end], as: UTF8.self).lowercased()
    }
}
