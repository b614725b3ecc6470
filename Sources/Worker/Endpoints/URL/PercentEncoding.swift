/// Which bytes a part of a URL, of a form or of a cookie may not hold as they are (URL Standard, section 1.3).
///
/// Controls and everything beyond ASCII are in every set.
package struct PercentEncoding: Sendable {
    static let fragment = PercentEncoding(" \"<>`")
    static let query = PercentEncoding(" \"#<>'")
    static let path = PercentEncoding(" \"#<>?`{}")
    static let user = PercentEncoding(" \"#<>?`{}/:;=@[\\]^|")

    /// Of a form's names and values; a space is written as `+` in place of `%20`.
    package static let form = PercentEncoding(" !\"#$%&'()+,/:;<=>?@[\\]^`{|}~")
    /// What is no cookie-octet (RFC 6265, section 4.1.1), and the percent sign.
    static let cookieValue = PercentEncoding(" \"%,;\\")
    /// What no token holds (RFC 9110, section 5.6.2); for a cookie's name and domain.
    static let token = PercentEncoding(" \"(),/:;<=>?@[\\]{}")
    /// What would end an attribute of a cookie. A percent sign is kept: paths are encoded already.
    static let cookieAttribute = PercentEncoding(" ;")

    private let escaped: [Bool]

    private init(_ characters: StaticString) {
        var escaped = (0...255).map { $0 < 0x20 || $0 > 0x7E }
        characters.withUTF8Buffer { for byte in $0 { escaped[Int(byte)] = true } }
        self.escaped = escaped
    }

    func encode(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) {
        for byte in bytes {
            guard escaped[Int(byte)] else {
                output.append(byte)
                continue
            }
            output.append(UInt8(ascii: "%"))
            output.append(Self.digit(byte >> 4))
            output.append(Self.digit(byte & 15))
        }
    }

    package func encode(_ text: String) -> String {
        var output: [UInt8] = []
        encode(Array(text.utf8)[...], into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// A `%` without two hexadecimal digits means itself.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
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
        return output
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
