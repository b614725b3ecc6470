public import FoundationEssentials

extension Data: ParameterValue, ResponseValue {
    /// A string of format `base64`.
    public static var schema: Schema {
        Schema([.init("type", "string"), .init("format", "base64"), .init("contentEncoding", "base64")])
    }

    /// Reads base64 with its padding, in the usual alphabet or in that for URLs.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Data? {
        guard case .string(let text) = json else {
            issues.append(Issue("bytes_type", "Input should be a valid bytes", input: json))
            return nil
        }
        let isForURLs = text.utf8.contains { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        // Foundation takes more padding than there should be.
        if text.utf8.count.isMultiple(of: 4),
            let value = Data(base64Encoded: isForURLs ? usualAlphabet(text) : text)
        {
            return value
        }
        let reason = fault(text)
        issues.append(
            Issue(
                "base64_decode", "Base64 decoding error: '\(reason)'", input: json,
                context: [.init("error", .string(reason))]))
        return nil
    }

    /// Writes base64 in the usual alphabet, with its padding.
    public func write(to writer: inout JSONWriter) {
        writer.string(base64EncodedString())
    }

    /// Of both alphabets at once nothing is left that could be read.
    private static func usualAlphabet(_ text: String) -> String {
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

    /// What is wrong with text that is no base64, in the words of Python's `binascii`.
    private static func fault(_ text: String) -> String {
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
