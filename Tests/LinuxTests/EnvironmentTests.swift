import Contract
import Linux
import Testing

@Suite struct EnvironmentTests {
    @Test(arguments: [
        [], [0x61, 0x62], [0xff], [0xc3], [0xc3, 0xa9], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x8f, 0xbe, 0x80],
        [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x8f, 0xbd, 0xbf], [0xe2, 0x82], [0x61, 0xff, 0xe2, 0x82, 0xac, 0xfe],
        [0xc0, 0x80],
        [0xf5, 0x80, 0x80, 0x80],
    ])
    func anyBytesSurviveARoundTrip(bytes: [UInt8]) {
        #expect(Environment.bytes(of: Environment.text(of: bytes)) == bytes)
    }

    @Test func randomBytesSurviveARoundTrip() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                [0x61, 0xc3, 0xa9, 0xf4, 0x8f, 0xbe, 0xbf, 0x80, UInt8.random(in: 0...255, using: &generator)]
                    .randomElement(using: &generator)!
            }
            #expect(Environment.bytes(of: Environment.text(of: bytes)) == bytes)
        }
    }

    @Test func validUTF8IsUnchanged() {
        #expect(Environment.text(of: Array("für €\u{10FF7F}".utf8)) == "für €\u{10FF7F}")
        #expect(Environment.bytes(of: "für €") == Array("für €".utf8))
        #expect(Environment.text(of: [0x61, 0xff]) == "a\u{10FFFF}")
    }
}
