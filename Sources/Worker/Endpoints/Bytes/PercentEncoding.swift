import Messages

/// Percent-encoding with one set of bytes to escape (URL Standard, section 1.3).
///
/// Controls and bytes that are not ASCII are in every set.
package struct PercentEncoding: Sendable {
    static let fragment = PercentEncoding(escaping: " \"<>`")
    static let query = PercentEncoding(escaping: " \"#<>'")
    static let path = PercentEncoding(escaping: " \"#<>?`{}")
    static let user = PercentEncoding(escaping: " \"#<>?`{}/:;=@[\\]^|")

    /// For names and values of a form, which have `+` in place of `%20`.
    package static let form = PercentEncoding(escaping: " !\"#$%&'()+,/:;<=>?@[\\]^`{|}~")
    /// Escapes what is not a cookie-octet (RFC 6265, section 4.1.1), and the percent sign.
    static let cookieValue = PercentEncoding(escaping: " \"%,;\\")
    /// Escapes what is not a tchar (RFC 9110, section 5.6.2). For the name and the domain of a cookie.
    static let token = PercentEncoding(escaping: " \"(),/:;<=>?@[\\]{}")
    /// Escapes what would end an attribute of a cookie. The percent sign stays: a path is encoded already.
    static let cookieAttribute = PercentEncoding(escaping: " ;")

    /// For the path of a redirect. A `%` that begins an escape stays: the path is encoded already.
    static let redirectPath = PercentEncoding(escaping: " \"#%<>?[\\]^`{|}", keepingEscapes: true)
    static let redirectQuery = PercentEncoding(escaping: " \"#<>\\^`{|}")

    private let isEscaped: [Bool]
    private let keepsEscapes: Bool

    private init(escaping characters: StaticString, keepingEscapes keepsEscapes: Bool = false) {
        var isEscaped = (0...255).map { $0 < 0x20 || $0 > 0x7E }
        characters.withUTF8Buffer { for byte in $0 { isEscaped[Int(byte)] = true } }
        self.isEscaped = isEscaped
        self.keepsEscapes = keepsEscapes
    }

    func encode(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
        for index in bytes.indices {
            let byte = bytes[index]
            guard isEscaped[Int(byte)], !keepsEscapes || Self.escapedByte(bytes[index...]) == nil else {
                output.append(byte)
                continue
            }
            output.append(UInt8(ascii: "%"))
            output.append(.hexadecimalDigit(byte >> 4, uppercase: true))
            output.append(.hexadecimalDigit(byte & 15, uppercase: true))
        }
    }

    func encode(_ bytes: ArraySlice<UInt8>) -> String {
        var output: [UInt8] = []
        encode(bytes, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    package func encode(_ text: String) -> String { encode(Array(text.utf8)[...]) }

    /// The decoded bytes. They are the same slice if there is nothing to decode, as is usual. A `%` that two hexadecimal digits
    /// do not follow stays.
    static func decoded(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var rest = bytes
        while let first = rest.first {
            let byte = escapedByte(rest)
            output.append(byte ?? first)
            rest.removeFirst(byte == nil ? 1 : 3)
        }
        return output[...]
    }

    /// The byte that the escape at the start stands for; nil if there is none.
    private static func escapedByte(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        guard bytes.count >= 3, bytes.first == UInt8(ascii: "%"),
            let high = bytes[bytes.startIndex + 1].hexadecimalValue,
            let low = bytes[bytes.startIndex + 2].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }
}
