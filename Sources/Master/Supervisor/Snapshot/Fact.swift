/// One line of a snapshot: what it is about, and what is known of it.
struct Fact: Equatable {
    let name: String
    private var values: [(key: String, text: String)] = []
    private let source: String?

    init(_ name: String) {
        self.name = name
        source = nil
    }

    init(line: String) throws(SnapshotError) {
        let words = line.split(separator: " ")
        guard let first = words.first else { throw SnapshotError("the line '\(line)' says nothing") }
        name = String(first)
        source = line
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "=") else {
                throw SnapshotError("the line '\(line)' has a word without a value: \(word)")
            }
            values.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
        }
    }

    var line: String { source ?? values.reduce(name) { "\($0) \($1.key)=\($1.text)" } }

    func with(_ key: String, _ value: some FactValue) -> Fact {
        var fact = self
        fact.values.append((key, value.text))
        return fact
    }

    func has(_ key: String) -> Bool { values.contains { $0.key == key } }

    func value<Value: FactValue>(_ key: String, as type: Value.Type = Value.self) throws(SnapshotError) -> Value {
        guard let text = values.first(where: { $0.key == key })?.text else { throw .missing(key, in: line) }
        guard let value = Value(text: text) else { throw .unreadable(key, in: line) }
        return value
    }

    static func == (one: Fact, other: Fact) -> Bool { one.line == other.line }
}
