internal import Contract
import Messages

/// What the header of the PROXY protocol says.
struct ProxyHeader: Sendable {
    enum Source: Sendable {
        /// The proxy itself has connected, such as for a health check.
        case proxy
        /// The proxy does not know the client, or it is on a socket without an address.
        case unknown
        case client(SocketAddress)
    }

    let source: Source
    /// Whether the client's connection to the proxy uses TLS.
    var isTLS = false
}

/// Parses the header of the PROXY protocol, version 1 (text) or 2 (binary), in whatever pieces it comes: a value.
///
/// The format is that of HAProxy's doc/proxy-protocol.txt. What follows the header belongs to HTTP.
struct ProxyHeaderParser {
    enum Outcome {
        /// More bytes are needed. All that were given belong to the header.
        case incomplete
        /// - Parameter count: how many of the bytes that were given last belong to the header.
        case complete(ProxyHeader, count: Int)
        /// For the log.
        case invalid(StaticString)
    }

    /// Version 1, with its line end.
    static let maxLine = 107
    /// Version 2. The addresses are small, but a proxy may add the certificate of a client.
    static let maxBinary = 4096

    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    private static let word = Array("PROXY ".utf8)

    private var bytes: [UInt8] = []

    mutating func receive(_ piece: UnsafeRawBufferPointer) -> Outcome {
        let before = bytes.count
        // More cannot belong to a header.
        bytes.append(contentsOf: piece.prefix(Self.maxBinary - before))
        do {
            guard let (header, length) = try parse() else { return .incomplete }
            return .complete(header, count: length - before)
        } catch {
            return .invalid(error.reason)
        }
    }

    private struct Invalid: Error {
        let reason: StaticString
    }

    /// - Returns: the header and its length; nil if it is not complete.
    private func parse() throws(Invalid) -> (ProxyHeader, Int)? {
        if begins(with: Self.signature) { return try parseBinary() }
        if begins(with: Self.word) { return try parseLine() }
        throw Invalid(reason: "no PROXY header")
    }

    /// Whether the bytes are the beginning of that, or begin with it.
    private func begins(with start: [UInt8]) -> Bool {
        zip(bytes, start).allSatisfy { $0 == $1 }
    }

    // MARK: Version 1

    private func parseLine() throws(Invalid) -> (ProxyHeader, Int)? {
        let invalid = Invalid(reason: "malformed PROXY header, version 1")
        guard let lineFeed = bytes.prefix(Self.maxLine).firstIndex(of: ASCII.lineFeed) else {
            guard bytes.count < Self.maxLine else { throw invalid }
            return nil
        }
        guard lineFeed > 0, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw invalid }
        let line = bytes[..<(lineFeed - 1)]
        let words = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        let length = lineFeed + 1
        // What follows must be ignored.
        if words.count >= 2, words[1].elementsEqual("UNKNOWN".utf8) { return (ProxyHeader(source: .unknown), length) }
        func address(_ text: ArraySlice<UInt8>) -> IPAddress? { IPAddress(String(decoding: text, as: UTF8.self)) }
        guard words.count == 6, let source = address(words[2]), let destination = address(words[3]),
            let port = Self.port(words[4]), Self.port(words[5]) != nil
        else { throw invalid }
        let isIPv4: Bool
        if words[1].elementsEqual("TCP4".utf8) {
            isIPv4 = true
        } else if words[1].elementsEqual("TCP6".utf8) {
            isIPv4 = false
        } else {
            throw invalid
        }
        for (address, text) in [(source, words[2]), (destination, words[3])] {
            guard text.contains(ASCII.colon) != isIPv4, !isIPv4 || address.isIPv4 else { throw invalid }
        }
        return (ProxyHeader(source: .client(SocketAddress(source, port: port))), length)
    }

    private static func port(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard let first = text.first, text.allSatisfy(\.isASCIIDigit), text.count == 1 || first != UInt8(ascii: "0")
        else { return nil }
        return UInt16(String(decoding: text, as: UTF8.self))
    }

    // MARK: Version 2

    private func parseBinary() throws(Invalid) -> (ProxyHeader, Int)? {
        let addressStart = 16
        guard bytes.count >= addressStart else { return nil }
        let (command, family) = (bytes[12], bytes[13])
        let length = addressStart + Int(bytes[14]) << 8 + Int(bytes[15])
        guard command >> 4 == 2, command & 15 <= 1 else { throw Invalid(reason: "unknown version of the PROXY header") }
        guard length <= Self.maxBinary else { throw Invalid(reason: "PROXY header too long") }
        guard bytes.count >= length else { return nil }
        // LOCAL: whatever follows does not count.
        if command & 15 == 0 { return (ProxyHeader(source: .proxy), length) }
        let size: Int
        switch family {
        case 0x00: size = 0
        case 0x11: size = 12
        case 0x21: size = 36
        case 0x31: size = 216
        default: throw Invalid(reason: "PROXY header of a protocol that is not a stream")
        }
        guard length - addressStart >= size else { throw Invalid(reason: "malformed PROXY header, version 2") }
        let source: ProxyHeader.Source =
            switch family {
            case 0x11:
                .client(
                    SocketAddress(IPAddress(ipv4: UInt32(number(at: 16, 4))), port: UInt16(number(at: 24, 2))))
            case 0x21:
                .client(
                    SocketAddress(
                        IPAddress(ipv6: number(at: 16, 8), number(at: 24, 8)), port: UInt16(number(at: 48, 2))))
            default: .unknown
            }
        return (ProxyHeader(source: source, isTLS: try isTLS(addressStart + size..<length)), length)
    }

    /// In network byte order.
    private func number(at index: Int, _ count: Int) -> UInt64 {
        bytes[index..<index + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether the field PP2_TYPE_SSL says that the client uses TLS. Other fields are skipped.
    private func isTLS(_ fields: Range<Int>) throws(Invalid) -> Bool {
        let (typeOfTLS, usesTLS): (UInt8, UInt8) = (0x20, 0x01)
        var isTLS = false
        var index = fields.lowerBound
        while index < fields.upperBound {
            guard fields.upperBound - index >= 3 else { throw Invalid(reason: "malformed field of a PROXY header") }
            let value = index + 3..<index + 3 + Int(number(at: index + 1, 2))
            guard value.upperBound <= fields.upperBound else {
                throw Invalid(reason: "malformed field of a PROXY header")
            }
            if bytes[index] == typeOfTLS, let flags = value.first { isTLS = bytes[flags] & usesTLS != 0 }
            index = value.upperBound
        }
        return isTLS
    }
}
