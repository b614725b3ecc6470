/// JSON, written piece by piece (RFC 8259): as much of it as a report of a master's state needs.
struct JSONText {
    private(set) var text = ""
    private var needsComma = false

    /// An object whose members `body` writes.
    static func object(_ body: (inout JSONText) -> Void) -> String {
        var json = JSONText()
        json.nest("{", "}", body)
        return json.text
    }

    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { quote(value) } else { text += "null" }
    }

    mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        key(name)
        text += value.map { String($0) } ?? "null"
    }

    /// Seconds, to the microsecond; none below zero.
    mutating func member(_ name: String, _ value: Duration?) {
        key(name)
        guard let (seconds, attoseconds) = value.map({ max(.zero, $0).components }) else { return text += "null" }
        let digits = String(attoseconds / 1_000_000_000_000)
        text += "\(seconds).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
    }

    mutating func member(_ name: String, object body: (inout JSONText) -> Void) {
        key(name)
        nest("{", "}", body)
    }

    mutating func member<Element>(
        _ name: String, each elements: [Element], object body: (inout JSONText, Element) -> Void
    ) {
        key(name)
        nest("[", "]") { json in
            for element in elements {
                json.comma()
                json.nest("{", "}") { body(&$0, element) }
            }
        }
    }

    private mutating func nest(_ start: String, _ end: String, _ body: (inout JSONText) -> Void) {
        text += start
        needsComma = false
        body(&self)
        text += end
        needsComma = true
    }

    private mutating func key(_ name: String) {
        comma()
        quote(name)
        text += ":"
    }

    private mutating func comma() {
        if needsComma { text += "," }
        needsComma = true
    }

    private mutating func quote(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
