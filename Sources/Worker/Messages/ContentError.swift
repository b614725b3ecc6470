/// Why a request's content cannot be read to its end. One that no handler catches is answered with its own status.
public struct ContentError: Error, Hashable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// The client sends no more, or is gone.
        public static let incomplete = Code(name: "incomplete")
        /// The client stands still, or is too slow.
        public static let stalled = Code(name: "stalled")
        /// There is more of it than the limit.
        public static let tooLarge = Code(name: "tooLarge")
        /// Its chunks are not what RFC 9112 says.
        public static let malformed = Code(name: "malformed")
        /// The request is answered already, or the reader was cancelled.
        public static let closed = Code(name: "closed")
        /// Somebody else waits for the next piece: there is one reader.
        public static let shared = Code(name: "shared")
    }

    /// What went wrong.
    public let code: Code
    /// The same in words.
    public let description: String

    /// An error by its parts.
    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
