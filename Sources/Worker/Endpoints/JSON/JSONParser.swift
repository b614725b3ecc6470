import Messages

/// Why bytes could not be parsed as JSON.
public struct JSONError: Error, Hashable, Sendable {
    /// The kind of error.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// The text violates JSON's grammar.
        public static let syntax = Code(name: "syntax")
        /// The bytes are not Unicode text, or they exceed a limit: too many levels of nesting, or too many digits in a number.
        public static let unreadable = Code(name: "unreadable")
    }

    /// The kind of error.
    public let code: Code
    /// CPython's message.
    public let message: String
    /// Where the error is, in code points from the start.
    public let position: Int

    static func unreadable(_ message: String) -> JSONError {
        JSONError(code: .unreadable, message: message, position: 0)
    }
}

/// Parses one JSON text. It keeps open containers on a stack of its own, so that deep nesting cannot overflow the thread's.
struct JSONParser {
    /// An array or object whose end has not come yet.
    private struct Container {
        let isArray: Bool
        var elements: [JSON] = []
        var object = MemberList()
    }

    /// CPython's own limit is near; it depends on the caller.
    private static let maximumDepth = 960

    /// UTF-8, but surrogates may be encoded too.
    private let text: [UInt8]
    private var index = 0
    private var open: [Container] = []

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func parse() throws(JSONError) -> JSON {
        skipWhiteSpace()
        while true {
            if let value = try startOfValue(), let whole = try close(value) {
                skipWhiteSpace()
                guard next == nil else { throw syntaxError("Extra data", at: index) }
                return whole
            }
        }
    }

    /// The next byte; nil at the end.
    private var next: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func syntaxError(_ message: String, at index: Int) -> JSONError {
        let codePoints = text[..<index].reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return JSONError(code: .syntax, message: message, position: codePoints)
    }
}

// Containers
extension JSONParser {
    /// Parses the value that starts here. Nil if it is a container that is not empty: its first value comes next.
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
                try parseName()
                return nil
            }
            leave()
            return .object([])
        default:
            return try scalar()
        }
    }

    /// Adds a value to the innermost container, and closes the containers that end here. Nil if another value comes next.
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
            guard next == UInt8(ascii: ",") else { throw syntaxError("Expecting ',' delimiter", at: index) }
            index += 1
            skipWhiteSpace()
            if !isArray { try parseName() }
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

    private mutating func parseName() throws(JSONError) {
        guard next == UInt8(ascii: "\"") else {
            throw syntaxError("Expecting property name enclosed in double quotes", at: index)
        }
        open[open.count - 1].object.name = try string().text
        skipWhiteSpace()
        guard next == UInt8(ascii: ":") else { throw syntaxError("Expecting ':' delimiter", at: index) }
        index += 1
        skipWhiteSpace()
    }
}

// Words and numbers
extension JSONParser {
    /// A string, number or word.
    private mutating func scalar() throws(JSONError) -> JSON {
        switch next {
        case UInt8(ascii: "\""):
            let (text, isBroken) = try string()
            return isBroken ? .brokenString(text) : .string(text)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        guard text[index...].starts(with: word.utf8) else { throw syntaxError("Expecting value", at: index) }
        index += word.utf8.count
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = index
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let digits = index
        if next == UInt8(ascii: "0") {
            index += 1
        } else {
            skipDigits()
        }
        guard index > digits else {
            index = start
            throw syntaxError("Expecting value", at: start)
        }
        let whole = text[digits..<index]
        skipFraction()
        skipExponent()
        guard index == whole.endIndex else {
            // Swift accepts the same grammar. A number that is too large becomes infinite, one that is too small zero.
            let text = String(decoding: text[start..<index], as: UTF8.self)
            let value = Double(text) ?? .infinity
            // So short a number has at most 15 digits, and a `Double` holds these.
            guard text.utf8.count > 16, value.isFinite else { return .number(value) }
            return SignificantDigits(text) == SignificantDigits(value.description) ? .number(value) : .longNumber(text)
        }
        guard whole.count <= Integer.maximumDigits else { throw .unreadable("a number with too many digits") }
        return .integer(Integer(isNegative: isNegative, digits: whole))
    }

    private mutating func skipDigits() {
        while next?.isASCIIDigit == true { index += 1 }
    }

    private mutating func skipFraction() {
        guard next == UInt8(ascii: "."), isDigit(at: index + 1) else { return }
        index += 1
        skipDigits()
    }

    private mutating func skipExponent() {
        guard next == UInt8(ascii: "e") || next == UInt8(ascii: "E") else { return }
        let sign = index + 1 < text.count ? text[index + 1] : 0
        let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        guard isDigit(at: index + (isSigned ? 2 : 1)) else { return }
        index += isSigned ? 2 : 1
        skipDigits()
    }

    private func isDigit(at index: Int) -> Bool {
        index < text.count && text[index].isASCIIDigit
    }
}

// Strings
extension JSONParser {
    /// Parses the string that starts at this quote. `isBroken`: it has an unpaired surrogate, which U+FFFD replaces.
    private mutating func string() throws(JSONError) -> (text: String, isBroken: Bool) {
        let start = index + 1
        index = start
        try skipPlainText(from: start)
        if next == UInt8(ascii: "\"") {
            index += 1
            return (String(decoding: text[start..<(index - 1)], as: UTF8.self), false)
        }
        return try stringWithEscapes(start)
    }

    /// Moves to the next quote, backslash or encoded surrogate.
    private mutating func skipPlainText(from start: Int) throws(JSONError) {
        while true {
            guard let byte = next else { throw syntaxError("Unterminated string starting at", at: start - 1) }
            guard byte >= 0x20 else { throw syntaxError("Invalid control character at", at: index) }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || isAtSurrogate { return }
            index += 1
        }
    }

    private var isAtSurrogate: Bool {
        text[index] == 0xED && text[index + 1] >= 0xA0
    }

    private mutating func stringWithEscapes(_ start: Int) throws(JSONError) -> (text: String, isBroken: Bool) {
        var buffer = Array(text[start..<index])
        var isBroken = false
        while text[index] != UInt8(ascii: "\"") {
            let codePoint: UInt32
            if text[index] == UInt8(ascii: "\\") {
                codePoint = try escape(start)
            } else {
                codePoint = 0xD800
                index += 3
            }
            let isSurrogate = 0xD800...0xDFFF ~= codePoint
            isBroken = isBroken || isSurrogate
            buffer.append(codePoint: isSurrogate ? 0xFFFD : codePoint)
            let plain = index
            try skipPlainText(from: start)
            buffer += text[plain..<index]
        }
        index += 1
        return (String(decoding: buffer, as: UTF8.self), isBroken)
    }

    /// Parses the escape that starts at this backslash.
    private mutating func escape(_ start: Int) throws(JSONError) -> UInt32 {
        guard index + 1 < text.count else { throw syntaxError("Unterminated string starting at", at: start - 1) }
        let letter = text[index + 1]
        guard letter != UInt8(ascii: "u") else { return try unicodeEscape() }
        guard let codePoint = JSONParser.codePoint(escapedBy: letter) else {
            throw syntaxError("Invalid \\escape", at: index)
        }
        index += 2
        return codePoint
    }

    private static func codePoint(escapedBy letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt32(letter)
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Parses `\uXXXX`, or two of them that are a surrogate pair.
    private mutating func unicodeEscape() throws(JSONError) -> UInt32 {
        let first = try unit(at: index)
        index += 6
        guard 0xD800...0xDBFF ~= first, isUnicodeEscape(at: index) else { return first }
        let second = try unit(at: index)
        guard 0xDC00...0xDFFF ~= second else { return first }
        index += 6
        return 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private func isUnicodeEscape(at index: Int) -> Bool {
        index + 1 < text.count && text[index] == UInt8(ascii: "\\") && text[index + 1] == UInt8(ascii: "u")
    }

    /// The four hexadecimal digits of the escape at that backslash. At least one byte must follow them.
    private func unit(at backslash: Int) throws(JSONError) -> UInt32 {
        guard backslash + 6 < text.count else { throw syntaxError("Invalid \\uXXXX escape", at: backslash + 1) }
        var unit: UInt32 = 0
        for byte in text[(backslash + 2)..<(backslash + 6)] {
            guard let digit = byte.hexadecimalValue else {
                throw syntaxError("Invalid \\uXXXX escape", at: backslash + 1)
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}

/// The members of an object. The last value of a repeated name counts, at the position of the first.
private struct MemberList {
    private(set) var members: [JSON.Member] = []
    /// The name whose value comes next.
    var name = ""
    /// The hash of each name, in an object of few members: most lookups then compare no names. Names with the same hash
    /// cost no more than comparing them all.
    private var hashes: [UInt32] = []
    /// The index of each name in an object of more members, where linear search would take quadratic time.
    private var indices: [[UInt8]: Int] = [:]

    private static let fewMembers = 64

    mutating func append(_ value: JSON) {
        let hash = Self.hash(of: name)
        if let index = index(of: name, hash) {
            members[index].value = value
            return
        }
        members.append(JSON.Member(name, value))
        if members.count < Self.fewMembers {
            hashes.append(hash)
        } else if members.count == Self.fewMembers {
            for (index, member) in members.enumerated() { indices[Array(member.name.utf8)] = index }
        } else {
            indices[Array(name.utf8)] = members.count - 1
        }
    }

    private func index(of name: String, _ hash: UInt32) -> Int? {
        guard members.count < Self.fewMembers else { return indices[Array(name.utf8)] }
        for (index, other) in hashes.enumerated() where other == hash && members[index].name.hasSameBytes(as: name) {
            return index
        }
        return nil
    }

    private static func hash(of name: String) -> UInt32 {
        var name = name
        return name.withUTF8 { $0.span.fnv1aHash }
    }
}

/// A number's digits without leading and trailing zeros, and the power of ten of the last digit.
private struct SignificantDigits: Equatable {
    private var digits: [UInt8] = []
    private var power = 0

    /// - Parameter text: as JSON has it.
    init(_ text: String) {
        let mark = text.utf8.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
        // A number whose exponent overflows an `Int` is zero or infinite.
        power = Int(text[mark...].dropFirst()) ?? 0
        var isFraction = false
        for byte in text.utf8[..<mark] {
            if byte == UInt8(ascii: ".") { isFraction = true }
            guard byte.isASCIIDigit else { continue }
            if isFraction { power -= 1 }
            if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            power += 1
        }
        if digits.isEmpty { power = 0 }
    }
}
