public import Messages

/// What a handler asks for: a piece of the request, read and checked before it runs.
///
/// `Path`, `Query`, `Body`, `BodyStream` and `WholeRequest` are there; a conforming type of your own is one more.
public protocol Parameter<Value>: Sendable {
    associatedtype Value: Sendable

    /// What the document and the checks at start know of it.
    var declaration: ParameterDeclaration { get }

    /// Reads it from a request.
    /// - Parameter issues: what is wrong is added, at its full location.
    /// - Returns: nil when issues were added.
    /// - Throws: what ends the request at once, other issues unsaid.
    func value(in call: Call, issues: inout [Issue]) throws -> Value?
}

/// Where a parameter stands, and what it is.
public struct ParameterDeclaration: Sendable {
    /// Part of a request. Issues are listed in this order.
    public enum Place: String, Sendable {
        case path
        case query
        case header
        case body
        /// Nothing that the document shows.
        case request
    }

    /// The part of the request that it stands in.
    public let place: Place
    /// Its name there; empty for a body.
    public let name: String
    /// Its schema, with what it must keep.
    public let schema: Schema
    /// Whether it must be sent.
    public let isRequired: Bool
    /// Of a body.
    public let mediaType: String
    /// Whether a body is there as a whole, or read piece by piece.
    public let contentMode: ContentMode

    /// A declaration by its parts.
    public init(
        _ place: Place, name: String = "", schema: Schema = Schema(), isRequired: Bool = true,
        mediaType: String = "application/json", contentMode: ContentMode = .whole
    ) {
        self.place = place
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.mediaType = mediaType
        self.contentMode = contentMode
    }
}
