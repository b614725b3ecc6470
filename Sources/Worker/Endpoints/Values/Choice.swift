/// A value that is one of a few words or numbers: an enum of strings or integers.
///
/// ```swift
/// enum Order: String, Choice { case newest, oldest }
/// enum Stars: Int, Choice { case one = 1, two, three }
/// ```
public protocol Choice: CaseIterable, RawRepresentable, ParameterValue, ResponseValue {
    /// The name of its schema in the document. The default is the name of the type.
    static var schemaName: String { get }
}

extension Choice {
    /// The name of the type.
    public static var schemaName: String { String(describing: Self.self) }

    fileprivate static func schema(type: JSON, _ values: [JSON]) -> Schema {
        .reference(schemaName, to: ObjectIdentifier(Self.self)) {
            Schema([.init("type", type), .init("enum", .array(values))]).annotated(title: schemaName)
        }
    }

    /// - Parameter words: all choices. The issue lists them: `'a', 'b' or 'c'`.
    fileprivate static func reject(_ json: JSON, _ words: [String], _ issues: inout [Issue]) {
        let last = words.last ?? ""
        let expected = words.count > 1 ? words.dropLast().joined(separator: ", ") + " or " + last : last
        issues.append(
            Issue("enum", "Input should be \(expected)", input: json, context: [.init("expected", .string(expected))]))
    }
}

extension Choice where RawValue == String {
    /// A reference to a named string schema with those words.
    public static var schema: Schema { schema(type: "string", allCases.map { .string($0.rawValue) }) }

    /// Reads one of the words.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        if case .string(let text) = json, let value = allCases.first(where: { $0.rawValue.hasSameBytes(as: text) }) {
            return value
        }
        reject(json, allCases.map(\.rawValue.pythonRepresentation), &issues)
        return nil
    }

    /// Writes the word.
    public func write(to writer: inout JSONWriter) {
        writer.string(rawValue)
    }
}

extension Choice where RawValue == Int {
    /// A reference to a named integer schema with those numbers.
    public static var schema: Schema { schema(type: "integer", allCases.map { .init(integerLiteral: $0.rawValue) }) }

    /// Reads one of the numbers, from whatever `Int` accepts.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        var others: [Issue] = []
        if let number = Int.read(json, issues: &others), let value = allCases.first(where: { $0.rawValue == number }) {
            return value
        }
        reject(json, allCases.map { String($0.rawValue) }, &issues)
        return nil
    }

    /// Writes the number.
    public func write(to writer: inout JSONWriter) {
        writer.integer(rawValue)
    }
}
