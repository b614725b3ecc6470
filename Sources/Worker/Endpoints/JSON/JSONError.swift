/// Why bytes could not be read as JSON.
public struct JSONError: Error, Hashable, Sendable {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// The text breaks JSON's grammar.
        public static let syntax = Code(name: "syntax")
        /// The bytes are no text, or pass a bound: nested too deep, a number with too many digits.
        public static let unreadable = Code(name: "unreadable")
    }

    /// The kind of fault.
    public let code: Code
    /// CPython's words for it.
    public let message: String
    /// Where the fault stands, in code points from the start.
    public let position: Int

    static func syntax(_ message: String, at position: Int) -> JSONError {
        JSONError(code: .syntax, message: message, position: position)
    }

    static func unreadable(_ message: String) -> JSONError {
        JSONError(code: .unreadable, message: message, position: 0)
    }
}
