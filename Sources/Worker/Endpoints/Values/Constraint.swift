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

    /// A constraint of one's own.
    public init(_ keywords: [JSON.Member], violation: @escaping @Sendable (Value) -> Violation?) {
        self.keywords = keywords
        self.violation = violation
    }
}

extension Constraint where Value == String {
    /// At least so many code points.
    public static func length(_ range: PartialRangeFrom<Int>) -> Constraint {
        Constraint([.init("minLength", JSON(integerLiteral: range.lowerBound))]) {
            $0.unicodeScalars.count < range.lowerBound ? tooShort(range.lowerBound) : nil
        }
    }

    /// At most so many code points.
    public static func length(_ range: PartialRangeThrough<Int>) -> Constraint {
        Constraint([.init("maxLength", JSON(integerLiteral: range.upperBound))]) {
            $0.unicodeScalars.count > range.upperBound ? tooLong(range.upperBound) : nil
        }
    }

    /// So many code points.
    public static func length(_ range: ClosedRange<Int>) -> Constraint {
        let (shortest, longest) = (length(range.lowerBound...), length(...range.upperBound))
        return Constraint(longest.keywords + shortest.keywords) { shortest.violation($0) ?? longest.violation($0) }
    }

    private static func tooShort(_ limit: Int) -> Violation {
        Violation(
            "string_too_short", "String should have at least \(limit) character\(limit == 1 ? "" : "s")",
            context: [.init("min_length", JSON(integerLiteral: limit))])
    }

    private static func tooLong(_ limit: Int) -> Violation {
        Violation(
            "string_too_long", "String should have at most \(limit) character\(limit == 1 ? "" : "s")",
            context: [.init("max_length", JSON(integerLiteral: limit))])
    }
}

extension Constraint where Value: Comparable & ResponseValue {
    /// The limit or more.
    public static func atLeast(_ limit: Value) -> Constraint {
        bound("minimum", "greater_than_equal", "greater than or equal to", "ge", limit) { $0 >= limit }
    }

    /// The limit or less.
    public static func atMost(_ limit: Value) -> Constraint {
        bound("maximum", "less_than_equal", "less than or equal to", "le", limit) { $0 <= limit }
    }

    /// More than the limit.
    public static func moreThan(_ limit: Value) -> Constraint {
        bound("exclusiveMinimum", "greater_than", "greater than", "gt", limit) { $0 > limit }
    }

    /// Less than the limit.
    public static func lessThan(_ limit: Value) -> Constraint {
        bound("exclusiveMaximum", "less_than", "less than", "lt", limit) { $0 < limit }
    }

    private static func bound(
        _ keyword: String, _ type: String, _ words: String, _ name: String, _ limit: Value,
        isKept: @escaping @Sendable (Value) -> Bool
    ) -> Constraint {
        let json = limit.json
        let text = String(decoding: json.bytes, as: UTF8.self)
        let violation = Violation(type, "Input should be \(words) \(text)", context: [.init(name, json)])
        return Constraint([.init(keyword, json)]) { isKept($0) ? nil : violation }
    }
}

extension ResponseValue {
    /// The value as a JSON value, by way of its text.
    var json: JSON {
        var writer = JSONWriter()
        write(to: &writer)
        return (try? JSON(parsing: writer.bytes)) ?? .null
    }
}
