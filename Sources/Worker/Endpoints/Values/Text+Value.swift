import Messages
public import FoundationEssentials

extension String: ParameterValue, ResponseValue {
    /// A string.
    public static var schema: Schema { .type("string") }

    /// Reads a string, and no other value.
    public static func read(_ json: JSON, issues: inout [Issue]) -> String? {
        switch json {
        case .string(let text):
            return text
        case .brokenString:
            let message = "Input should be a valid string, unable to parse raw data as a unicode string"
            issues.append(Issue("string_unicode", message, input: json))
        default:
            issues.append(Issue("string_type", "Input should be a valid string", input: json))
        }
        return nil
    }

    /// Writes a string.
    public func write(to writer: inout JSONWriter) {
        writer.string(self)
    }
}

extension Data: ParameterValue, ResponseValue {
    /// A string of format `base64`.
    public static var schema: Schema {
        Schema([.init("type", "string"), .init("format", "base64"), .init("contentEncoding", "base64")])
    }

    /// Reads padded base64, in the standard or the URL-safe alphabet (RFC 4648).
    public static func read(_ json: JSON, issues: inout [Issue]) -> Data? {
        guard case .string(let text) = json else {
            issues.append(Issue("bytes_type", "Input should be a valid bytes", input: json))
            return nil
        }
        let isURLSafe = text.utf8.contains { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        // Foundation accepts too much padding.
        if text.utf8.count.isMultiple(of: 4),
            let value = Data(base64Encoded: isURLSafe ? standardAlphabet(text) : text)
        {
            return value
        }
        let reason = errorMessage(text)
        issues.append(
            Issue(
                "base64_decode", "Base64 decoding error: '\(reason)'", input: json,
                context: [.init("error", .string(reason))]))
        return nil
    }

    /// Writes padded base64 in the standard alphabet.
    public func write(to writer: inout JSONWriter) {
        writer.string(base64EncodedString())
    }

    /// The text in the standard alphabet. If it mixes both alphabets, the result is not base64.
    private static func standardAlphabet(_ text: String) -> String {
        String(
            text.map { letter in
                switch letter {
                case "-": "+"
                case "_": "/"
                case "+", "/": "!"
                default: letter
                }
            })
    }

    /// The message of Python's `binascii` for text that is not base64.
    private static func errorMessage(_ text: String) -> String {
        let data = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        let isLetters = data.allSatisfy {
            $0.isASCIIDigit || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || "+/-_".utf8.contains($0)
        }
        guard isLetters, text.utf8.dropFirst(data.count).allSatisfy({ $0 == UInt8(ascii: "=") }) else {
            return "Only base64 data is allowed"
        }
        guard data.count % 4 == 1 else { return "Incorrect padding" }
        return "Invalid base64-encoded string: number of data characters (\(data.count)) cannot be 1 more than "
            + "a multiple of 4"
    }
}
