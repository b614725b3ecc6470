/// The text form of a handover: `kind name=value name=value`, and values in which all but visible ASCII, and `%`, is
/// escaped as `%XX`.
enum HandoverText {
    struct Line {
        let kind: String
        private let fields: [Substring: Substring]

        init(_ line: Substring) {
            let words = line.split(separator: " ")
            kind = String(words.first ?? "")
            var fields: [Substring: Substring] = [:]
            for word in words.dropFirst() {
                guard let equals = word.firstIndex(of: "=") else { continue }
                fields[word[..<equals]] = word[word.index(after: equals)...]
            }
            self.fields = fields
        }

        func has(_ name: Substring) -> Bool { fields[name] != nil }

        func text(_ name: Substring) throws(HandoverError) -> String {
            guard let value = fields[name] else {
                throw HandoverError(description: "the handover's \(kind) has no \(name)")
            }
            return HandoverText.unescaped(value)
        }

        func number<Number: FixedWidthInteger>(_ name: Substring) throws(HandoverError) -> Number {
            let value = try text(name)
            guard let number = Number(value) else {
                throw HandoverError(description: "the handover's \(kind) has \(name)=\(value), which is no number")
            }
            return number
        }
    }

    static func nanoseconds(_ time: Duration) -> Int64 {
        time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
    }

    static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "%") {
                escaped.append(byte)
            } else {
                let digits = String(byte, radix: 16)
                escaped += Array("%\(digits.count < 2 ? "0" : "")\(digits)".utf8)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"),
                let escaped = UInt8(rest.prefix(2).map { String(UnicodeScalar($0)) }.joined(), radix: 16)
            {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
