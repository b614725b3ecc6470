/// One thing that is wrong with a request.
public struct Issue: Hashable, Sendable {
    /// A step of the way to the offending value.
    public enum Step: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case name(String)
        case index(Int)

        /// A name.
        public init(stringLiteral value: String) { self = .name(value) }
        /// An index.
        public init(integerLiteral value: Int) { self = .index(value) }
    }

    /// What kind of issue it is, in pydantic's words.
    public let type: String
    /// Where it stands, such as `["body", "label"]`.
    public var location: [Step]
    /// What is wrong, for people.
    public let message: String
    /// The offending value; left out of the answer when it is long.
    public let input: JSON
    /// What the message is about, for programs; left out of the answer when it is empty.
    public let context: [JSON.Member]

    /// An issue by its parts.
    public init(
        _ type: String, at location: [Step] = [], _ message: String, input: JSON, context: [JSON.Member] = []
    ) {
        self.type = type
        self.location = location
        self.message = message
        self.input = input
        self.context = context
    }

    /// Bytes. What is longer is left out of the answer: each missing field would repeat the whole of a body, and a client
    /// could make the server write many times what it sent.
    private static let longestInput = 8 << 10

    static func missing(around input: JSON) -> Issue {
        Issue("missing", "Field required", input: input)
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("type", .string(type)),
            .init("loc", .array(location.map(\.json))),
            .init("msg", .string(message)),
        ]
        if !input.isLonger(than: Issue.longestInput) { members.append(.init("input", input)) }
        if !context.isEmpty { members.append(.init("ctx", .object(context))) }
        return .object(members)
    }
}

extension Issue.Step {
    var json: JSON {
        switch self {
        case .name(let name): .string(name)
        case .index(let index): .integer(.small(index))
        }
    }
}

extension [Issue] {
    /// Runs a reading whose issues stand below that step.
    mutating func below<Value>(_ step: @autoclosure () -> Issue.Step, _ read: (inout [Issue]) throws -> Value) rethrows
        -> Value
    {
        let known = count
        let value = try read(&self)
        if count > known {
            let step = step()
            for index in known..<count { self[index].location.insert(step, at: 0) }
        }
        return value
    }
}
