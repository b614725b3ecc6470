import Messages
public import FoundationEssentials

extension UUID: ParameterValue, ResponseValue {
    /// A string of format `uuid`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "uuid")]) }

    /// Reads 32 hexadecimal digits, with or without hyphens. With hyphens they may be in braces or after `urn:uuid:`.
    public static func read(_ json: JSON, issues: inout [Issue]) -> UUID? {
        guard case .string(var text) = json else {
            issues.append(Issue("uuid_type", "UUID input should be a string, bytes or UUID object", input: json))
            return nil
        }
        let digits = text.withUTF8 { UUIDParser.digits(Array($0)) }
        if let digits, let value = UUID(hexadecimal: digits.span) { return value }
        let reason = UUIDParser(text).errorMessage
        let context = [JSON.Member("error", .string(reason))]
        issues.append(
            Issue("uuid_parsing", "Input should be a valid UUID, \(reason)", input: json, context: context))
        return nil
    }

    /// Reads the form with hyphens.
    public static func read(plain text: Span<UInt8>) -> UUID? {
        guard text.count == 36 else { return nil }
        return UUID(hexadecimal: text)
    }

    /// Writes it with hyphens, in lower case.
    public func write(to writer: inout JSONWriter) {
        writer.raw("\"")
        writer.raw(withUnsafeBytes(of: uuid) { UUIDParser.groups($0) })
        writer.raw("\"")
    }

    /// - Parameter text: 32 digits, or 36 bytes with the hyphens of five groups.
    private init?(hexadecimal text: Span<UInt8>) {
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isRead = withUnsafeMutableBytes(of: &bytes) { bytes in
            var count = 0
            for index in text.indices {
                if text.count == 36, UUIDParser.hyphens.contains(index) {
                    guard text[index] == UInt8(ascii: "-") else { return false }
                    continue
                }
                guard let digit = text[index].hexadecimalValue else { return false }
                bytes[count / 2] = bytes[count / 2] << 4 | digit
                count += 1
            }
            return count == 32
        }
        guard isRead else { return nil }
        self.init(uuid: bytes)
    }
}

/// Text of a UUID, and what is wrong with it.
private struct UUIDParser {
    static let hyphens = [8, 13, 18, 23]
    private static let urn = Array("urn:uuid:".utf8)

    /// The length of `urn:uuid:` and the groups.
    private static let maximumLength = 45

    private let text: String
    /// The text without braces or prefix.
    private let bytes: [UInt8]
    /// The offset of `bytes` in the text.
    private let start: Int
    /// If the length is right, pydantic counts from the start of `bytes`, else from the start of the text.
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

    /// The text without braces or prefix; nil for a length that no UUID has.
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

    static func groups(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for byte in value {
            if hyphens.contains(text.count) { text.append(UInt8(ascii: "-")) }
            text.append(.hexadecimalDigit(byte >> 4))
            text.append(.hexadecimalDigit(byte & 15))
        }
        return text
    }

    /// Why the text is not a UUID, in pydantic's words.
    var errorMessage: String {
        let length = isRightLength ? bytes.count : text.utf8.count
        guard length <= Self.maximumLength else { return "invalid length: found \(length)" }
        if let index = bytes.firstIndex(where: { $0 != UInt8(ascii: "-") && $0.hexadecimalValue == nil }) {
            let scalar = text.unicodeScalars[text.utf8.index(text.startIndex, offsetBy: index + start)]
            return "invalid character: found `\(scalar)` at \(isRightLength ? index : index + start)"
        }
        let hyphens = bytes.indices.filter { bytes[$0] == UInt8(ascii: "-") }
        guard !hyphens.isEmpty || start > 0 else { return "invalid length: found \(length)" }
        guard hyphens.count == 4 else { return "invalid group count: expected 5, found \(hyphens.count + 1)" }
        // The first group with the wrong length; the last one if none before it is wrong.
        let group = zip(hyphens, Self.hyphens).enumerated().first { $1.0 != $1.1 }
        let (index, found) =
            group.map { ($0.offset, $0.element.0 - ([-1] + Self.hyphens)[$0.offset] - 1) } ?? (4, length - 24)
        return "invalid group length in group \(index): expected \([8, 4, 4, 4, 12][index]), found \(found)"
    }
}
