import Contract
import Testing

@testable import Serving

@Suite struct ProxyHeaderTests {
    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    /// - Returns: what it says and its length, or why it is invalid; "incomplete" for less than a header.
    private func parse(_ bytes: [UInt8], pieces size: Int) -> String {
        var parser = ProxyHeaderParser()
        var position = 0
        while position < bytes.count {
            let piece = Array(bytes[position..<min(position + size, bytes.count)])
            switch piece.withUnsafeBytes({ parser.receive($0) }) {
            case .incomplete: position += piece.count
            case .invalid: return "invalid"
            case .complete(let header, let count):
                let source =
                    switch header.source {
                    case .proxy: "proxy"
                    case .unknown: "unknown"
                    case .client(let client): "\(client.host) \(client.port)"
                    }
                return "\(source)\(header.isTLS ? " TLS" : "") \(position + count)"
            }
        }
        return "incomplete"
    }

    private func check(_ bytes: [UInt8], _ expected: String, _ comment: Comment) {
        for size in [1, 3, 7, 64, 10_000] { #expect(parse(bytes, pieces: size) == expected, comment) }
    }

    @Test(arguments: [
        ("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n", "192.0.2.1 56324 41"),
        ("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n", "2001:db8::1 1 36"),
        ("PROXY TCP6 ::ffff:192.0.2.1 ::1 0 0\r\n", "192.0.2.1 0 37"), ("PROXY UNKNOWN\r\n", "unknown 15"),
        ("PROXY UNKNOWN ffff::1 whatever follows\r\n", "unknown 40"),
    ])
    func aLineNamesTheClient(line: String, expected: String) {
        check(Array(line.utf8), expected, "\(line)")
        check(Array((line + "GET / HTTP/1.1\r\n").utf8), expected, "\(line)")
        for length in 1..<line.utf8.count { check(Array(line.utf8.prefix(length)), "incomplete", "\(line) \(length)") }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "proxy TCP4 192.0.2.1 10.0.0.1 1 2\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n",
        "PROXY  TCP4 192.0.2.1 10.0.0.1 1 2\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 1 65536\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n",
        "PROXY TCP4 2001:db8::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 10.0.0.1 1 2\r\n", "PROXY TCP4 a b 1 2\r\n",
        "PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n", "PROXY \r\n", "PROXY\r\n", "\r\nPROXY UNKNOWN\r\n", "\n",
        "PROXY UNKNOWN" + String(repeating: "x", count: 200) + "\r\n", "\u{16}\u{3}\u{1}",
    ])
    func otherBytesAreInvalid(text: String) {
        check(Array(text.utf8), "invalid", "\(text)")
    }

    private func binary(_ command: UInt8, _ family: UInt8, _ content: [UInt8]) -> [UInt8] {
        Self.signature + [command, family, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    }

    private let addresses4: [UInt8] = [192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0x01, 0xbb]
    private let addresses6 =
        [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1] + [UInt8](repeating: 0, count: 16)
        + [0x12, 0x67, 0, 80]
    private let tls: [UInt8] = [0x20, 0, 8, 1, 0, 0, 0, 0, 0x21, 0, 0]

    @Test func aBinaryHeaderNamesTheClient() {
        let unix = [UInt8](repeating: 0, count: 216)
        let name: [UInt8] = [0x02, 0, 3, 97, 98, 99]
        let plain: [UInt8] = [0x20, 0, 5, 0, 0, 0, 0, 1]
        let filler: [UInt8] = [0x04, 0x0b, 0xb8] + [UInt8](repeating: 0, count: 3000)
        for (bytes, expected) in [
            (binary(0x21, 0x11, addresses4), "192.0.2.1 4711 28"),
            (binary(0x21, 0x11, addresses4 + name + tls + name), "192.0.2.1 4711 TLS 51"),
            (binary(0x21, 0x11, addresses4 + plain), "192.0.2.1 4711 36"),
            (binary(0x21, 0x11, addresses4 + filler), "192.0.2.1 4711 3031"),
            (binary(0x21, 0x21, addresses6), "2001:db8::1 4711 52"), (binary(0x21, 0x31, unix), "unknown 232"),
            (binary(0x21, 0x00, []), "unknown 16"), (binary(0x20, 0x00, []), "proxy 16"),
            (binary(0x20, 0x11, addresses4), "proxy 28"), (binary(0x20, 0x99, [1, 2, 3]), "proxy 19"),
        ] {
            check(bytes, expected, "\(bytes.prefix(60))")
            check(bytes + Array("GET / HTTP/1.1\r\n".utf8), expected, "\(bytes.prefix(60))")
            #expect(parse(Array(bytes.dropLast()), pieces: 1) == "incomplete")
        }
    }

    @Test func otherBinaryHeadersAreInvalid() {
        for bytes in [
            binary(0x11, 0x11, addresses4), binary(0x22, 0x11, addresses4), binary(0x21, 0x12, addresses4),
            binary(0x21, 0x99, addresses4), binary(0x21, 0x11, Array(addresses4.dropLast())),
            binary(0x21, 0x21, addresses4), binary(0x21, 0x11, addresses4 + [0x20, 0]),
            binary(0x21, 0x11, addresses4 + [0x20, 0, 9, 1]), binary(0x21, 0x11, addresses4 + [0x04, 0xff, 0xff]),
            binary(0x20, 0, [UInt8](repeating: 0, count: 5000)), Array(Self.signature.dropLast()) + [0x0b],
        ] { check(bytes, "invalid", "\(bytes.prefix(60))") }
    }
}
