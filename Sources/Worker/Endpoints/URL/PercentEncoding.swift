/// Which bytes a part of a URL may not hold as they are (URL Standard, section 1.3).
///
/// Controls and everything beyond ASCII are in every set.
struct PercentEncoding {
    static let fragment = PercentEncoding(" \"<>`")
    static let query = PercentEncoding(" \"#<>'")
    static let path = PercentEncoding(" \"#<>?`{}")
    static let user = PercentEncoding(" \"#<>?`{}/:;=@[\\]^|")

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
