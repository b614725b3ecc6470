public import Messages

/// The content of the request, read piece by piece while the client sends it.
///
/// ```swift
/// api.post("/files", BodyStream(limit: 1 << 30)) { content in
///     var size = 0
///     for try await piece in content { size += piece.count }
///     return size
/// }
/// ```
/// The handler runs when the head of the request is there. A client that goes away, stalls or sends too much makes the
/// reading throw a `ContentError`, which needs no catching: it is its own answer.
public struct BodyStream: Parameter {
    private let limit: Int?
    private let mediaType: String

    /// - Parameters:
    ///   - limit: of bytes; nil for the server's own (`--max-body`).
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
        ).plain
    }

    /// The pieces that are still to come.
    public func find(in context: Context, issues: inout [Issue]) -> ContentStream? { context.request.stream }
}
