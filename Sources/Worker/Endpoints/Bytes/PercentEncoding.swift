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

    private let isEscaped: [Bool]

    private init(escaping characters: StaticString) {
        var isEscaped = (0...255).map { $0 < 0x20 || $0 > 0x7E }
        characters.withUTF8Buffer { for byte in $0 { isEscaped[Int(byte)] = true } }
        self.isEscaped = isEscaped
    }

    func encode(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
        for byte in bytes {
            guard isEscaped[Int(byte)] else {
                output.append(byte)
                continue
            }
            output.append(UInt8(ascii: "%"))
            output.append(.hexadecimalDigit(byte >> 4, uppercase: true))
            output.append(.hexadecimalDigit(byte & 15, uppercase: true))
        }
    }

    package func encode(_ text: String) -> String {
        var output: [UInt8] = []
        encode(Array(text.utf8)[...], into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The decoded bytes. They are the same slice if there is nothing to decode, as is usual. A `%` that two hexadecimal digits
    /// do not follow stays.
    static func decoded(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first?.hexadecimalValue,
                let low = rest.dropFirst().first?.hexadecimalValue
            {
                output.append(high << 4 | low)
                rest.removeFirst(2)
            } else {
                output.append(byte)
            }
        }
        return output[...]
    }
}
