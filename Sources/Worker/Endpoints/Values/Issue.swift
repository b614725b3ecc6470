/// A validation error: one thing that is wrong with a request.
public struct Issue: Hashable, Sendable {
    /// An element of a location: the name of a member, or the index of an element.
    public enum Step: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
        CustomStringConvertible
    {
        case name(String)
        case index(Int)

        /// A name.
        public init(stringLiteral value: String) { self = .name(value) }
        /// An index.
        public init(integerLiteral value: Int) { self = .index(value) }

        /// The name or the index.
        public var description: String {
            switch self {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }
    }

    /// The kind of issue, one of pydantic's error types.
    public let type: String
    /// Where the value is, such as `["body", "label"]`.
    public var location: [Step]
    /// What is wrong, for people.
    public let message: String
    /// The value. If it is longer than 8 KiB, the answer has its beginning only.
    public let input: JSON
    /// What the message is about, for programs. The answer leaves it out if it is empty.
    public let context: [JSON.Member]

    /// Creates an issue.
    public init(
        _ type: String, at location: [Step] = [], _ message: String, input: JSON, context: [JSON.Member] = []
    ) {
        self.type = type
        self.location = location
        self.message = message
        self.input = input
        self.context = context
    }

    /// In bytes. The answer truncates a longer input: each missing field repeats the whole body, so the answer could be many
    /// times as long as the request.
    private static let maximumInputLength = 8 << 10
    /// In bytes. Names in a location are truncated too: each issue has one per level.
    fileprivate static let truncatedLength = 256

    /// Reading stops at this number of issues. More would help nobody, and they would take many times the memory of the
    /// request.
    static let maximumCount = 100

    /// The last issue of a request that has more than the maximum.
    static func tooMany(at location: [Step]) -> Issue {
        let message = "There are more errors: the first \(maximumCount - 1) are listed"
        return Issue(
            "too_many_errors", at: location, message, input: .null,
            context: [.init("limit", .integer(.small(maximumCount)))])
    }

    static func missing(in input: JSON) -> Issue {
        Issue("missing", "Field required", input: input)
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("type", .string(type)),
            .init("loc", .array(location.map(\.json))),
            .init("msg", .string(message)),
            .init("input", input.truncated(to: Issue.truncatedLength, ifLongerThan: Issue.maximumInputLength)),
        ]
        if !context.isEmpty { members.append(.init("ctx", .object(context))) }
        return .object(members)
    }
}

extension Issue.Step {
    var json: JSON {
        switch self {
        case .name(let name):
            JSON.string(name).truncated(to: Issue.truncatedLength, ifLongerThan: Issue.truncatedLength)
        case .index(let index): .integer(.small(index))
        }
    }
}

extension [Issue] {
    /// Whether reading stops.
    var isFull: Bool { count >= Issue.maximumCount }

    /// Reads a part of a value. The locations of its issues get that step in front.
    mutating func nested<Value>(
        under step: @autoclosure () -> Issue.Step, _ read: (inout [Issue]) throws -> Value
    ) rethrows -> Value {
        let known = count
        let value = try read(&self)
        if count > known {
            let step = step()
            for index in known..<count { self[index].location.insert(step, at: 0) }
        }
        return value
    }
}
