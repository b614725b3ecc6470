/// One thing that is wrong with a request.
public struct Issue: Hashable, Sendable {
    /// A step of the way to the offending value.
    public enum Step: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
        CustomStringConvertible
    {
        case name(String)
        case index(Int)

        /// A name.
        public init(stringLiteral value: String) { self = .name(value) }
        /// An index.
        public init(integerLiteral value: Int) { self = .index(value) }

        /// The name or the number.
        public var description: String {
            switch self {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }
    }

    /// What kind of issue it is, in pydantic's words.
    public let type: String
    /// Where it stands, such as `["body", "label"]`.
    public var location: [Step]
    /// What is wrong, for people.
    public let message: String
    /// The offending value; of one that is longer than 8 KiB the answer shows the beginning.
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

    /// Bytes of an input that an answer repeats whole; of a longer one it shows a beginning. Each missing field would repeat
    /// the whole of a body, and a client could make the server write many times what it sent.
    private static let longestInput = 8 << 10
    /// Bytes of a beginning. A name in a location is cut as well: each issue has one for each level.
    fileprivate static let beginning = 256

    /// How many issues are found and told. Whoever reads many values stops here: beyond, nothing is learned by them, and
    /// they would take many times the memory of the request.
    static let most = 100

    /// The last of the most.
    static func tooMany(at location: [Step]) -> Issue {
        let message = "There are more errors: the first \(most - 1) are listed"
        return Issue(
            "too_many_errors", at: location, message, input: .null, context: [.init("limit", .integer(.small(most)))])
    }

    static func missing(around input: JSON) -> Issue {
        Issue("missing", "Field required", input: input)
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("type", .string(type)),
            .init("loc", .array(location.map(\.json))),
            .init("msg", .string(message)),
            .init("input", input.cut(beyond: Issue.longestInput, to: Issue.beginning)),
        ]
        if !context.isEmpty { members.append(.init("ctx", .object(context))) }
        return .object(members)
    }
}

extension Issue.Step {
    var json: JSON {
        switch self {
        case .name(let name): JSON.string(name).cut(beyond: Issue.beginning, to: Issue.beginning)
        case .index(let index): .integer(.small(index))
        }
    }
}

extension [Issue] {
    /// Whether no further one is looked for.
    var isFull: Bool { count >= Issue.most }

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
