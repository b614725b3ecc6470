/// A field of a response's header section. Names are written in lower case.
public struct Field: Hashable, Sendable {
    /// In lower case.
    public let name: String
    /// Without white space around it.
    public let value: String

    /// The value must be free of CR, LF and NUL; the server refuses to send others.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
