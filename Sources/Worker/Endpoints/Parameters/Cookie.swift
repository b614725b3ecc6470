/// A cookie of the request (RFC 6265, section 5.4). Of those with one name the first counts.
///
/// Its value is taken as it was sent, without the quotes around it; octets that `Reply.cookie` has percent-encoded are
/// decoded.
public struct Cookie<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: ValueRule<Value>

    /// One that must be sent; or, of an optional type, may be left out.
    /// - Parameters:
    ///   - name: as it is sent; its case counts.
    ///   - description: for the document, and so are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: Value.valueWhenAbsent, description: description, examples: examples)
    }

    /// One that may be left out.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: `default`, description: description, examples: examples)
    }

    /// A cookie, by its name.
    public var declaration: ParameterDeclaration { rule.declaration(.cookie, name) }

    /// Reads the cookie's value.
    public func find(in context: Context, issues: inout [Issue]) -> Value? {
        rule.read(context.cookie(name).map(JSON.string), at: .cookie, name, issues: &issues)
    }
}

extension Context {
    /// The decoded value of the first cookie of that name.
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
    fileprivate var trimmed: ArraySlice<UInt8> {
        let rest = drop { $0 == 0x20 || $0 == 0x09 }
        return rest.prefix((rest.lastIndex { $0 != 0x20 && $0 != 0x09 } ?? rest.startIndex - 1) + 1 - rest.startIndex)
    }

    fileprivate var unquoted: ArraySlice<UInt8> {
        let quote = UInt8(ascii: "\"")
        return count > 1 && first == quote && last == quote ? dropFirst().dropLast() : self
    }
}
