/// A mistake in the declaration of endpoints, found at start.
public struct DeclarationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// A path that is no path, such as one without a slash at its start.
        public static let path = Code(name: "path")
        /// A parameter that the path lacks, or one that nothing reads.
        public static let parameter = Code(name: "parameter")
        /// Two operations with one id.
        public static let identifier = Code(name: "identifier")
        /// Two operations with one method and path.
        public static let route = Code(name: "route")
        /// A handler that returns what is no answer.
        public static let handler = Code(name: "handler")
        /// Two types with one name in the document.
        public static let schema = Code(name: "schema")
    }

    /// The kind of mistake.
    public let code: Code
    /// What is wrong, and where.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
