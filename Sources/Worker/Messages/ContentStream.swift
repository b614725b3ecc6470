/// The content of a request, in pieces, as the client sends it.
///
/// A piece is received when it is asked for, so a slow reader slows down its client and nothing else. There must be only one
/// reader. It throws a `ContentError` if the rest of the content does not come.
public struct ContentStream: AsyncSequence, Sendable {
    /// Where pieces come from.
    package protocol Source: AnyObject, Sendable {
        /// The next one, never empty; nil at the end.
        func next() async throws -> [UInt8]?
    }

    private enum Storage {
        case whole([UInt8])
        case source(any Source)
    }

    private let storage: Storage

    /// A stream of content that is here already: one piece, or none if it is empty.
    public init(_ content: [UInt8] = []) {
        storage = .whole(content)
    }

    package init(_ source: any Source) {
        storage = .source(source)
    }

    /// An iterator over the pieces that have not been read; over content that was here already, from its start.
    public func makeAsyncIterator() -> Iterator {
        switch storage {
        case .whole(let content): Iterator(content: content.isEmpty ? nil : content, source: nil)
        case .source(let source): Iterator(content: nil, source: source)
        }
    }

    /// Reads one piece after another.
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

/// Why the content of a request cannot be read to its end. If a handler does not catch it, the client gets the status that
/// fits it, such as 413.
public struct ContentError: Error, Hashable, CustomStringConvertible {
    /// The kind of error.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// The client closed the connection before the end of the content.
        public static let incomplete = Code(name: "incomplete")
        /// The client stopped sending, or sends too slowly.
        public static let stalled = Code(name: "stalled")
        /// The content exceeds the limit.
        public static let tooLarge = Code(name: "tooLarge")
        /// The chunked coding is invalid (RFC 9112, section 7.1).
        public static let malformed = Code(name: "malformed")
        /// The request has been answered already, or the reader was cancelled.
        public static let closed = Code(name: "closed")
        /// Another reader waits for the next piece; only one may read.
        public static let shared = Code(name: "shared")
    }

    /// The kind of error.
    public let code: Code
    /// The error as a sentence, for logs and clients.
    public let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
