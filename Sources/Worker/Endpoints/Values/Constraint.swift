/// A limit on a value, checked when it is read and said in the document.
public struct Constraint<Value: Sendable>: Sendable {
    /// What a value that breaks it is told.
    public struct Violation: Sendable {
        /// The issue's type.
        public let type: String
        /// The issue's message.
        public let message: String
        /// The issue's context.
        public let context: [JSON.Member]

        /// A violation by its parts.
        public init(_ type: String, _ message: String, context: [JSON.Member] = []) {
            self.type = type
            self.message = message
            self.context = context
        }
    }

    /// Its keywords in the schema.
    public let keywords: [JSON.Member]
    /// Nil when the value keeps it.
    public let violation: @Sendable (Value) -> Violation?
    /// What is found before the value is read; nil when there is nothing to look for then.
    let earlyViolation: (@Sendable (JSON) -> Violation?)?
    /// Of a rule on elements: all issues of a value that was refused, in their order. It stands for what reading found, and
    /// for the violation.
    let elementIssues: (@Sendable (JSON) -> [Issue])?
    /// What is wrong with the constraint itself.
    let mistake: String?

    /// A constraint of one's own.
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
