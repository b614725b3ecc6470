internal import FoundationEssentials

extension Constraint where Value: Comparable & ResponseValue {
    /// `value >= limit`
    public static func atLeast(_ limit: Value) -> Constraint {
        bound("minimum", "greater_than_equal", "greater than or equal to", "ge", limit) { $0 >= limit }
    }

    /// `value <= limit`
    public static func atMost(_ limit: Value) -> Constraint {
        bound("maximum", "less_than_equal", "less than or equal to", "le", limit) { $0 <= limit }
    }

    /// `value > limit`
    public static func moreThan(_ limit: Value) -> Constraint {
        bound("exclusiveMinimum", "greater_than", "greater than", "gt", limit) { $0 > limit }
    }

    /// `value < limit`
    public static func lessThan(_ limit: Value) -> Constraint {
        bound("exclusiveMaximum", "less_than", "less than", "lt", limit) { $0 < limit }
    }

    private static func bound(
        _ keyword: String, _ type: String, _ words: String, _ name: String, _ limit: Value,
        isKept: @escaping @Sendable (Value) -> Bool
    ) -> Constraint {
        let json = (limit as? Duration).map { .string($0.pydanticText) } ?? limit.json
        let text = if case .string(let text) = json { text } else { String(decoding: json.bytes, as: UTF8.self) }
        let violation = Violation(type, "Input should be \(words) \(text)", context: [.init(name, json)])
        // JSON Schema has bounds for numbers only. A `Decimal` is written as a string, but may be sent as a number.
        let bound = limit is Decimal ? try? JSON(parsing: Array(text.utf8)) : json
        return Constraint(bound?.double == nil ? [] : [.init(keyword, bound ?? nil)]) { isKept($0) ? nil : violation }
    }
}

extension Constraint where Value == Int {
    /// A multiple of a positive step.
    public static func multiple(of step: Int) -> Constraint {
        Constraint.multiple(of: step.json) { $0 % step == 0 }
    }
}

extension Constraint where Value == Integer {
    /// A multiple of a positive step.
    public static func multiple(of step: Int) -> Constraint {
        Constraint.multiple(of: step.json) { $0.isMultiple(of: step) }
    }
}

extension Constraint where Value == Double {
    /// A multiple of a positive step. Rounding errors of `Double` are tolerated.
    public static func multiple(of step: Double) -> Constraint {
        Constraint.multiple(of: step.json) { value in
            let rest = value.magnitude.truncatingRemainder(dividingBy: step)
            let threshold = value.magnitude / 1e9
            return rest <= threshold || step - rest <= threshold
        }
    }
}

extension Constraint {
    private static func multiple(of step: JSON, isKept: @escaping @Sendable (Value) -> Bool) -> Constraint {
        let text = String(decoding: step.bytes, as: UTF8.self)
        let violation = Violation(
            "multiple_of", "Input should be a multiple of \(text)", context: [.init("multiple_of", step)])
        let mistake = step.isPositive ? nil : ".multiple(of: \(text)) needs a positive number"
        return Constraint([.init("multipleOf", step)], early: nil, mistake: mistake) {
            mistake != nil || isKept($0) ? nil : violation
        }
    }
}

extension JSON {
    fileprivate var isPositive: Bool {
        switch self {
        case .integer(let value): value > 0
        case .number(let value): value > 0
        case .longNumber(let text): (Double(text) ?? 0) > 0
        default: false
        }
    }
}
