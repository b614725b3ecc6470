/// A condition for a value: checked when the value is read, and shown in the document.
public struct Constraint<Value: Sendable>: Sendable {
    /// What is reported of a value that violates the constraint.
    public struct Violation: Sendable {
        /// The type of the issue.
        public let type: String
        /// The message of the issue.
        public let message: String
        /// The context of the issue.
        public let context: [JSON.Member]

        /// Creates a violation.
        public init(_ type: String, _ message: String, context: [JSON.Member] = []) {
            self.type = type
            self.message = message
            self.context = context
        }
    }

    /// The keywords that it adds to the schema.
    public let keywords: [JSON.Member]
    /// Checks a value; nil if it satisfies the constraint.
    public let violation: @Sendable (Value) -> Violation?
    /// Checks what was sent, before it is read; nil if the constraint needs no such check.
    let earlyViolation: (@Sendable (JSON) -> Violation?)?
    /// For a constraint on elements: all issues of an array that has some, in order. They replace the issues that reading
    /// found, and the violation.
    let elementIssues: (@Sendable (JSON) -> [Issue])?
    /// What is wrong with the constraint itself; an error at start.
    let mistake: String?

    /// Creates a constraint of your own.
    public init(_ keywords: [JSON.Member], violation: @escaping @Sendable (Value) -> Violation?) {
        self.init(keywords, early: nil, violation: violation)
    }

    init(
        _ keywords: [JSON.Member], early: (@Sendable (JSON) -> Violation?)?,
        elementIssues: (@Sendable (JSON) -> [Issue])? = nil, mistake: String? = nil,
        violation: @escaping @Sendable (Value) -> Violation?
    ) {
        self.keywords = keywords
        self.violation = violation
        self.elementIssues = elementIssues
        self.mistake = mistake
        earlyViolation = early
    }
}
