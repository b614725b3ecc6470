/// A value that is one of a few words: an enum of strings.
///
/// ```swift
/// enum Order: String, Choice { case newest, oldest }
/// ```
public protocol Choice: CaseIterable, RawRepresentable, ParameterValue, ResponseValue where RawValue == String {
    /// Its name in the document; the type's own when nothing else is said.
    static var schemaName: String { get }
}

extension Choice {
    /// The type's own name.
    public static var schemaName: String { String(describing: Self.self) }

    /// A reference to a string of those words.
    public static var schema: Schema {
        .reference(schemaName, to: ObjectIdentifier(Self.self)) {
            Schema([.init("type", "string"), .init("enum", .array(allCases.map { .string($0.rawValue) }))])
                .annotated(title: schemaName)
        }
    }

    /// Reads one of the words.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        if case .string(let text) = json, let value = allCases.first(where: { $0.rawValue.hasSameBytes(as: text) }) {
            return value
        }
        let words = expected
        issues.append(
            Issue("enum", "Input should be \(words)", input: json, context: [.init("expected", .string(words))]))
        return nil
    }

    /// Writes the word.
    public func write(to writer: inout JSONWriter) {
        writer.string(rawValue)
    }

    /// `'a', 'b' or 'c'`
    private static var expected: String {
        let words = allCases.map(\.rawValue.pythonLiteral)
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension String {
    /// In quotes, as Python's `repr` has a text without control characters.
    fileprivate var pythonLiteral: String {
        let quote: Character = contains("'") && !contains("\"") ? "\"" : "'"
        let escaped = flatMap { $0 == quote || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\(quote)" + String(escaped) + "\(quote)"
    }
}
