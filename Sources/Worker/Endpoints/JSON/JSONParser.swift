/// Reads one JSON text. It keeps what is open on a stack of its own, so that no depth of nesting can overflow the thread's.
struct JSONParser {
    /// An array or object whose end has not come yet.
    private struct Container {
        let isArray: Bool
        var elements: [JSON] = []
        var object = JSONObjectBuilder()
    }

    /// CPython reaches its own limit near here, depending on its caller.
    static let maximumDepth = 960

    /// UTF-8, in which half a surrogate pair may stand.
    let text: [UInt8]
    var index = 0
    private var open: [Container] = []

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// The byte that comes next; nil at the end.
    var next: UInt8? { index < text.count ? text[index] : nil }

    mutating func parse() throws(JSONError) -> JSON {
        skipWhiteSpace()
        while true {
            if let value = try startOfValue(), let whole = try close(value) {
                skipWhiteSpace()
                guard next == nil else { throw fault("Extra data", at: index) }
                return whole
            }
        }
    }

    func fault(_ message: String, at index: Int) -> JSONError {
        let codePoints = text[..<index].reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return .syntax(message, at: codePoints)
    }

    mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    /// The value that stands here; nil when it is a container whose first value comes next.
    private mutating func startOfValue() throws(JSONError) -> JSON? {
        switch next {
        case UInt8(ascii: "["):
            try enter(Container(isArray: true))
            guard next == UInt8(ascii: "]") else { return nil }
            leave()
            return .array([])
        case UInt8(ascii: "{"):
            try enter(Container(isArray: false))
            guard next == UInt8(ascii: "}") else {
                try readName()
                return nil
            }
            leave()
            return .object([])
        default:
            return try scalar()
        }
    }

    /// Puts a finished value where it belongs, and ends the containers that end here. Nil when another value comes next.
    private mutating func close(_ value: JSON) throws(JSONError) -> JSON? {
        var value = value
        while !open.isEmpty {
            let last = open.count - 1
            let isArray = open[last].isArray
            if isArray {
                open[last].elements.append(value)
            } else {
                open[last].object.append(value)
            }
            skipWhiteSpace()
            if next == UInt8(ascii: isArray ? "]" : "}") {
                let container = leave()
                value = isArray ? .array(container.elements) : .object(container.object.members)
                continue
            }
            guard next == UInt8(ascii: ",") else { throw fault("Expecting ',' delimiter", at: index) }
            index += 1
            skipWhiteSpace()
            if !isArray { try readName() }
            return nil
        }
        return value
    }

    private mutating func enter(_ container: Container) throws(JSONError) {
        guard open.count < JSONParser.maximumDepth else { throw .unreadable("nested too deep") }
        open.append(container)
        index += 1
        skipWhiteSpace()
    }

    @discardableResult
    private mutating func leave() -> Container {
        index += 1
        return open.removeLast()
    }

    private mutating func readName() throws(JSONError) {
        guard next == UInt8(ascii: "\"") else {
            throw fault("Expecting property name enclosed in double quotes", at: index)
        }
        open[open.count - 1].object.name = try string().text
        skipWhiteSpace()
        guard next == UInt8(ascii: ":") else { throw fault("Expecting ':' delimiter", at: index) }
        index += 1
        skipWhiteSpace()
    }
}
