import Endpoints
import Testing

@Suite struct JSONWriterTests {
    private func written(_ bytes: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        bytes.withUnsafeBufferPointer { writer.string(decoding: $0) }
        return writer.bytes
    }

    /// What RFC 8259, section 7, asks for, a byte at a time.
    private func escaped(_ byte: UInt8) -> String {
        switch byte {
        case 0x08: "\\b"
        case 0x09: "\\t"
        case 0x0A: "\\n"
        case 0x0C: "\\f"
        case 0x0D: "\\r"
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case ..<0x20: "\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
        default: String(decoding: [byte], as: UTF8.self)
        }
    }

    @Test func everyByteIsEscapedAtEveryPosition() {
        for byte in UInt8.min ... .max {
            for count in 1...18 {
                for place in 0..<count {
                    var text = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                    text[place] = byte
                    let expected = "\"" + text.map(escaped).joined() + "\""
                    #expect(written(text) == Array(expected.utf8), "byte \(byte) at \(place) of \(count)")
                }
            }
        }
    }

    @Test func severalBytesAreEscaped() {
        let text = Array("\u{1}aaaaaa\"\\aaaaaaa!#[]\u{1f}\u{20}aaaaaaaa\n".utf8)
        #expect(written(text) == Array(("\"" + text.map(escaped).joined() + "\"").utf8))
    }

    @Test(arguments: [
        (Array("Crème brûlée 🍮, \"hot\"".utf8), "Crème brûlée 🍮, \\\"hot\\\""),
        (Array("aaaaaaaaaaaaaaaa".utf8) + [0xFF], "aaaaaaaaaaaaaaaa\u{FFFD}"),
        ([0xE2, 0x82], "\u{FFFD}"), ([], ""),
    ])
    func invalidUTF8IsReplaced(bytes: [UInt8], text: String) {
        #expect(written(bytes) == Array("\"\(text)\"".utf8))
    }
}
