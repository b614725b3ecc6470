/// The content of a request, piece by piece, as its client sends it.
///
/// A piece is read when it is asked for: a reader that takes its time makes the client wait, and nothing else. There is
/// one reader. It throws a `ContentError` when the rest of the content does not come.
public struct ContentStream: AsyncSequence, Sendable {
    /// Where pieces come from.
    package protocol Source: AnyObject, Sendable {
        /// The next one, never empty; nil at the end.
        func next() async throws -> [UInt8]?
    }

    private enum Origin {
        case whole([UInt8])
        case source(any Source)
    }

    private let origin: Origin

    /// Content that is there already: one piece, or none.
    public init(_ content: [UInt8] = []) {
        origin = .whole(content)
    }

    package init(_ source: any Source) {
        origin = .source(source)
    }

    /// Of the pieces that have not been read yet; of content that was there already, from its start.
    public func makeAsyncIterator() -> Iterator {
        switch origin {
        case .whole(let content): Iterator(content: content.isEmpty ? nil : content, source: nil)
        case .source(let source): Iterator(content: nil, source: source)
        }
    }

    /// Reads piece after piece.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var content: [UInt8]?
        fileprivate let source: (any Source)?

        /// The next piece, never empty; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            if let source { return try await source.next() }
            return content.take()
        }
    }
}
