// The parameters that are read from one place of the request by their name, and hold one value or a list.

/// A whole segment of the path: `{name}` in the route's path.
public struct Path<Value: ParameterValue>: Parameter {
    @usableFromInline let name: String
    /// Whether any value of the type is valid.
    @usableFromInline let isUnconstrained: Bool
    private let rule: ValueRule<Value>

    /// - Parameters:
    ///   - name: as in the route's path, without the braces.
    ///   - description: for the document, as are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) where Value: ResponseValue {
        self.name = name
        isUnconstrained = constraints.isEmpty
        rule = ValueRule(constraints, default: nil, description: description, examples: examples)
    }

    /// A required parameter of the path.
    public var declaration: ParameterDeclaration { rule.declaration(.path, name) }

    /// Reads the decoded segment.
    @inlinable
    public func read(from context: Context, issues: inout [Issue]) -> Value? {
        if isUnconstrained, let text = context.pathBytes(name), let value = Value.read(plain: text.span) {
            return value
        }
        return validatedValue(in: context, issues: &issues)
    }

    @usableFromInline
    func validatedValue(in context: Context, issues: inout [Issue]) -> Value? {
        rule.read(context.pathParameter(name).map(JSON.string), at: .path, name, issues: &issues)
    }
}

/// A parameter of the query. If it is repeated, the last value counts; a list has all of them.
public struct Query<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: ValueRule<Value>

    /// A required parameter, or an optional one if the type is optional.
    /// - Parameter description: for the document, as are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: Value.valueWhenAbsent, description: description, examples: examples)
    }

    /// A parameter with a default.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: `default`, description: description, examples: examples)
    }

    /// A parameter of the query.
    public var declaration: ParameterDeclaration { rule.declaration(.query, name) }

    /// Reads the decoded value, or all of them for a list.
    public func read(from context: Context, issues: inout [Issue]) -> Value? {
        let json =
            Value.isList ? JSON(texts: context.queryParameters(name)) : context.queryParameter(name).map(JSON.string)
        return rule.read(json, at: .query, name, issues: &issues)
    }
}

/// A field of the request's header section. If it is repeated, the first value counts; a list has all of them.
///
/// Bytes that are not UTF-8 are read as U+FFFD. The value is not split at commas.
public struct Header<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: ValueRule<Value>

    /// A required field, or an optional one if the type is optional.
    /// - Parameters:
    ///   - name: in any case.
    ///   - description: for the document, as are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.name = name.lowercased()
        rule = ValueRule(constraints, default: Value.valueWhenAbsent, description: description, examples: examples)
    }

    /// A field with a default.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.name = name.lowercased()
        rule = ValueRule(constraints, default: `default`, description: description, examples: examples)
    }

    /// A field of the header section, with its name in lower case.
    public var declaration: ParameterDeclaration { rule.declaration(.header, name) }

    /// Reads the value of the first field, or of all of them for a list.
    public func read(from context: Context, issues: inout [Issue]) -> Value? {
        let json = Value.isList ? JSON(texts: context.headers(name)) : context.header(name).map(JSON.string)
        return rule.read(json, at: .header, name, issues: &issues)
    }
}

/// A cookie of the request (RFC 6265, section 5.4). If there are several with the name, the first counts.
///
/// Quotation marks around the value are removed, and octets that `Reply.addingCookie` has percent-encoded are decoded.
public struct Cookie<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: ValueRule<Value>

    /// A required cookie, or an optional one if the type is optional.
    /// - Parameters:
    ///   - name: case-sensitive.
    ///   - description: for the document, as are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: Value.valueWhenAbsent, description: description, examples: examples)
    }

    /// A cookie with a default.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: `default`, description: description, examples: examples)
    }

    /// A cookie.
    public var declaration: ParameterDeclaration { rule.declaration(.cookie, name) }

    /// Reads the decoded value.
    public func read(from context: Context, issues: inout [Issue]) -> Value? {
        rule.read(context.cookie(name).map(JSON.string), at: .cookie, name, issues: &issues)
    }
}

extension Context {
    /// The decoded value of the first cookie with that name.
    public func cookie(_ name: String) -> String? {
        for line in headers("cookie") {
            for pair in line.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = Array(pair)[...].trimmed
                let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
                guard pair[..<equals].elementsEqual(name.utf8) else { continue }
                return String(decoding: PercentEncoding.decoded(pair[equals...].dropFirst().unquoted), as: UTF8.self)
            }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces and tabs at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        let rest = drop { $0 == 0x20 || $0 == 0x09 }
        return rest.prefix((rest.lastIndex { $0 != 0x20 && $0 != 0x09 } ?? rest.startIndex - 1) + 1 - rest.startIndex)
    }

    fileprivate var unquoted: ArraySlice<UInt8> {
        let quote = UInt8(ascii: "\"")
        return count > 1 && first == quote && last == quote ? dropFirst().dropLast() : self
    }
}

extension ValueRule where Value: ParameterValue {
    fileprivate func declaration(_ location: ParameterDeclaration.Location, _ name: String) -> ParameterDeclaration {
        ParameterDeclaration(
            location, name: name, schema: schema(name: name), isRequired: defaultValue == nil, isList: Value.isList,
            description: description
        ).requestOnly
    }

    /// - Parameter json: nil if the parameter was not sent.
    fileprivate func read(
        _ json: JSON?, at location: ParameterDeclaration.Location, _ name: String, issues: inout [Issue]
    ) -> Value? {
        let known = issues.count
        let value = read(json, in: .null, issues: &issues)
        if issues.count > known {
            for index in known..<issues.count {
                issues[index].location.insert(contentsOf: [.name(location.rawValue), .name(name)], at: 0)
            }
        }
        return value
    }
}

extension JSON {
    /// An array of strings; nil if there are none.
    init?(texts: [String]) {
        guard !texts.isEmpty else { return nil }
        self = .array(texts.map(JSON.string))
    }
}
