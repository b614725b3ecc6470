public import FoundationEssentials

extension UUID: ParameterValue, ResponseValue {
    /// A string of format `uuid`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "uuid")]) }

    /// Reads 32 hexadecimal digits, plain or in the five usual groups; groups may stand in braces or after `urn:uuid:`.
    public static func read(_ json: JSON, issues: inout [Issue]) -> UUID? {
        guard case .string(var text) = json else {
            issues.append(Issue("uuid_type", "UUID input should be a string, bytes or UUID object", input: json))
            return nil
        }
        let digits = text.withUTF8 { UUIDText.digits(Array($0)) }
        if let digits, let value = UUID(hexadecimal: digits.span) { return value }
        let reason = UUIDText(text).fault
        let context = [JSON.Member("error", .string(reason))]
        issues.append(
            Issue("uuid_parsing", "Input should be a valid UUID, \(reason)", input: json, context: context))
        return nil
    }

    /// Reads the five groups.
    public static func read(plain text: Span<UInt8>) -> UUID? {
        guard text.count == 36 else { return nil }
        return UUID(hexadecimal: text)
    }

    /// Writes it in five groups, in lower case.
    public func write(to writer: inout JSONWriter) {
        writer.raw("\"")
        writer.raw(withUnsafeBytes(of: uuid) { UUIDText.groups($0) })
        writer.raw("\"")
    }

    /// - Parameter text: 32 digits, or 36 bytes with hyphens where they belong.
    private init?(hexadecimal text: Span<UInt8>) {
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isRead = withUnsafeMutableBytes(of: &bytes) { bytes in
            var count = 0
            for index in text.indices {
                if text.count == 36, UUIDText.hyphens.contains(index) {
                    guard text[index] == UInt8(ascii: "-") else { return false }
                    continue
                }
                guard let digit = UUIDText.digit(text[index]) else { return false }
                bytes[count / 2] = bytes[count / 2] << 4 | digit
                count += 1
            }
            return count == 32
        }
        guard isRead else { return nil }
        self.init(uuid: bytes)
    }
}

/// The text of a UUID, and what is wrong with one.
private struct UUIDText {
    static let hyphens = [8, 13, 18, 23]
    private static let urn = Array("urn:uuid:".utf8)

    /// The longest text that can be a UUID.
    private static let longest = 45

    private let text: String
    /// What is looked at: all, or what stands in braces or behind the prefix.
    private let bytes: [UInt8]
    /// Where `bytes` begins in the text.
    private let start: Int
    /// Pydantic counts from where a UUID of the right length begins, and from the text's beginning else.
    private let isRightLength: Bool

    init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        if let digits = Self.digits(bytes) {
            self.bytes = digits
            start = bytes.count == 38 ? 1 : bytes.count == 45 ? Self.urn.count : 0
            isRightLength = true
        } else {
            let isBraced = Self.isBraced(bytes)
            start = isBraced ? 1 : bytes.starts(with: Self.urn) ? Self.urn.count : 0
            self.bytes = Array(bytes[start..<(isBraced ? bytes.count - 1 : bytes.count)])
            isRightLength = false
        }
    }

    /// The bytes that hold the digits; nil for a length that no UUID has.
    static func digits(_ bytes: [UInt8]) -> [UInt8]? {
        switch bytes.count {
        case 32 where !isBraced(bytes), 36: bytes
        case 38 where isBraced(bytes): Array(bytes[1..<37])
        case 45 where bytes.starts(with: urn): Array(bytes[9...])
        default: nil
        }
    }

    private static func isBraced(_ bytes: [UInt8]) -> Bool {
        bytes.count > 1 && bytes.first == UInt8(ascii: "{") && bytes.last == UInt8(ascii: "}")
    }

    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func groups(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for byte in value {
            if hyphens.contains(text.count) { text.append(UInt8(ascii: "-")) }
            for digit in [byte >> 4, byte & 0xF] {
                text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return text
    }

    /// Of a text that is no UUID.
    var fault: String {
        let length = isRightLength ? bytes.count : text.utf8.count
        guard length <= Self.longest else { return "invalid length: found \(length)" }
        if let index = bytes.firstIndex(where: { $0 != UInt8(ascii: "-") && Self.digit($0) == nil }) {
            let scalar = text.unicodeScalars[text.utf8.index(text.startIndex, offsetBy: index + start)]
            return "invalid character: found `\(scalar)` at \(isRightLength ? index : index + start)"
        }
        let hyphens = bytes.indices.filter { bytes[$0] == UInt8(ascii: "-") }
        guard !hyphens.isEmpty || start > 0 else { return "invalid length: found \(length)" }
        guard hyphens.count == 4 else { return "invalid group count: expected 5, found \(hyphens.count + 1)" }
        // The first group of another length, when those before it are right; else the last.
        let group = zip(hyphens, Self.hyphens).enumerated().first { $1.0 != $1.1 }
        let (index, found) =
            group.map { ($0.offset, $0.element.0 - ([-1] + Self.hyphens)[$0.offset] - 1) } ?? (4, length - 24)
        return "invalid group length in group \(index): expected \([8, 4, 4, 4, 12][index]), found \(found)"
    }
}
