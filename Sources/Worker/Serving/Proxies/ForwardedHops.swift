internal import Contract
import Messages

/// What one proxy on the way has written about a request. Nil for what it has not written, and for what is invalid.
struct ForwardedHop: Equatable {
    /// A node that a proxy names (RFC 7239, section 6).
    enum Node: Equatable {
        case address(IPAddress)
        /// `unknown`, or a name that stands for an address and begins with `_`.
        case hidden(String)
    }

    /// From whom it got the request.
    var node: Node?
    var scheme: ConnectionInfo.Scheme?
    /// Host, and port if there is one.
    var authority: String?
    var port: UInt16?
    var rootPath: String?
}

/// Reads the fields by which proxies tell about the client, the nearest proxy first: from right to left.
///
/// A proxy appends to a field, or replaces it. So what is on the right was written by the nearest proxy, and what a client has
/// written is on the left of it and cannot change how it is read.
enum ForwardedHops {
    /// Proxies between a client and this server. What is further away is not read.
    static let limit = 32

    /// Whether there may be a field to read.
    static func mayBe(in head: RequestHead) -> Bool {
        head.fields.contains { head.bytes.span.isForwardedName($0.name) }
    }

    /// `Forwarded` is not read if there is one of the other fields: a proxy passes on what it does not write itself, and most
    /// write only these.
    static func read(_ head: RequestHead) -> [ForwardedHop] {
        let clients = items(of: "x-forwarded-for", head)
        let schemes = items(of: "x-forwarded-proto", head)
        let hosts = items(of: "x-forwarded-host", head)
        let ports = items(of: "x-forwarded-port", head)
        let prefixes = items(of: "x-forwarded-prefix", head)
        let count = max(clients.count, schemes.count, hosts.count, ports.count, prefixes.count)
        if count == 0 { return forwarded(head) }
        let bytes = head.bytes
        func value<Value>(_ items: [Range<Int>], _ hop: Int, _ read: (Range<Int>, Span<UInt8>) -> Value?) -> Value? {
            hop < items.count ? read(items[hop], bytes.span) : nil
        }
        return (0..<count).map { hop in
            ForwardedHop(
                node: value(clients, hop, node), scheme: value(schemes, hop, scheme),
                authority: value(hosts, hop, authority), port: value(ports, hop, port),
                rootPath: value(prefixes, hop) { RootPath.normalized($1.extracting($0)) })
        }
    }

    /// The items of a list over all its lines, the last one first. Empty ones do not count (RFC 9110, section 5.6.1).
    private static func items(of name: StaticString, _ head: RequestHead) -> [Range<Int>] {
        var items: [Range<Int>] = []
        let bytes = head.bytes
        for line in head.fields.reversed() where head.isName(line.name, name) {
            var end = line.value.upperBound
            while end >= line.value.lowerBound, items.count < limit {
                var start = end
                while start > line.value.lowerBound, bytes[start - 1] != ASCII.comma { start -= 1 }
                let item = bytes.span.trimmed(start..<end)
                if !item.isEmpty { items.append(item) }
                end = start - 1
            }
        }
        return items
    }

    // MARK: Forwarded

    private static func forwarded(_ head: RequestHead) -> [ForwardedHop] {
        var hops: [ForwardedHop] = []
        let bytes = head.bytes
        for line in head.fields.reversed() where head.isName(line.name, "forwarded") {
            var reader = BackwardReader(end: line.value)
            while !reader.isAtStart, hops.count < limit {
                guard let hop = reader.takeElement(bytes.span) else { return hops }
                hops.append(hop)
            }
        }
        return hops
    }

    /// Reads elements such as `for="[2001:db8::1]:4711";proto=https` from their end. A parser that begins on the left could be
    /// made to take all for a quoted string that a client has opened.
    private struct BackwardReader {
        private let start: Int
        private var end: Int

        init(end line: Range<Int>) {
            start = line.lowerBound
            end = line.upperBound
        }

        var isAtStart: Bool { end <= start }

        /// The last element, which is removed with its comma. Nil if it is malformed; nothing on its left can be read then.
        mutating func takeElement(_ bytes: Span<UInt8>) -> ForwardedHop? {
            var hop = ForwardedHop()
            var seen: [String] = []
            while true {
                skipSpace(bytes)
                guard let value = takeValue(bytes), take(UInt8(ascii: "="), bytes) else { return nil }
                let name = takeToken(bytes).map { bytes.text($0).lowercased() }
                guard let name, !seen.contains(name) else { return nil }
                seen.append(name)
                switch name {
                case "for": hop.node = node(value, bytes)
                case "proto": hop.scheme = scheme(value, bytes)
                case "host": hop.authority = authority(value, bytes)
                default: break
                }
                skipSpace(bytes)
                if take(UInt8(ascii: ";"), bytes) { continue }
                return isAtStart || take(ASCII.comma, bytes) ? hop : nil
            }
        }

        private mutating func skipSpace(_ bytes: Span<UInt8>) {
            while end > start, bytes[end - 1] == ASCII.space || bytes[end - 1] == ASCII.tab { end -= 1 }
        }

        private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
            guard end > start, bytes[end - 1] == byte else { return false }
            end -= 1
            return true
        }

        private mutating func takeToken(_ bytes: Span<UInt8>) -> Range<Int>? {
            var first = end
            while first > start, TokenCharacters.contains(bytes[first - 1]) { first -= 1 }
            defer { end = first }
            return first < end ? first..<end : nil
        }

        /// A quoted string without backslashes, which no value needs, or bytes that end nothing. (Some proxies do not quote the
        /// colon before a port.)
        private mutating func takeValue(_ bytes: Span<UInt8>) -> Range<Int>? {
            let quote = UInt8(ascii: "\"")
            guard take(quote, bytes) else {
                var first = end
                while first > start, !Self.isDelimiter(bytes[first - 1]) { first -= 1 }
                defer { end = first }
                return first < end ? first..<end : nil
            }
            var first = end
            while first > start, bytes[first - 1] != quote, bytes[first - 1] != UInt8(ascii: "\\") { first -= 1 }
            let value = first..<end
            end = first
            return take(quote, bytes) ? value : nil
        }

        private static func isDelimiter(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: ";"), ASCII.comma, ASCII.space, ASCII.tab: true
            default: false
            }
        }
    }

    // MARK: Values

    /// An address with or without a port, an IPv6 address with or without brackets, or what stands for one.
    private static func node(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ForwardedHop.Node? {
        if bytes.isWord(range, "unknown") { return .hidden("unknown") }
        if bytes[range.lowerBound] == UInt8(ascii: "_") {
            guard range.count <= 128, range.allSatisfy({ isHiddenName(bytes[$0]) }) else { return nil }
            return .hidden(bytes.text(range))
        }
        if bytes[range.lowerBound] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: range),
                isPortSuffix(close + 1..<range.upperBound, bytes)
            else { return nil }
            return IPAddress(ipv6: bytes.extracting(range.lowerBound + 1..<close)).map { .address($0) }
        }
        if let address = IPAddress(bytes.extracting(range)) { return .address(address) }
        guard let colon = bytes.firstIndex(of: ASCII.colon, in: range), isPortSuffix(colon..<range.upperBound, bytes),
            let address = IPAddress(bytes.extracting(range.lowerBound..<colon)), address.isIPv4
        else { return nil }
        return .address(address)
    }

    private static func isHiddenName(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit
            || 1...26 ~= byte & 0x1f && byte & 0xc0 == 0x40 && byte != UInt8(ascii: "@")
                && byte != UInt8(ascii: "`")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }

    /// Nothing, or a colon and a port, which may be a name too (RFC 7239, section 6.3).
    private static func isPortSuffix(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard let first = range.first else { return true }
        guard bytes[first] == ASCII.colon, range.count >= 2 else { return false }
        let port = first + 1..<range.upperBound
        if bytes[port.lowerBound] == UInt8(ascii: "_") { return port.allSatisfy { isHiddenName(bytes[$0]) } }
        return self.port(port, bytes) != nil
    }

    private static func scheme(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ConnectionInfo.Scheme? {
        if bytes.isWord(range, "https") { return .https }
        return bytes.isWord(range, "http") ? .http : nil
    }

    private static func authority(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String? {
        range.count <= 261 && Authority.isValid(range, bytes) ? bytes.text(range) : nil
    }

    private static func port(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UInt16? {
        guard range.count <= 5, range.allSatisfy({ bytes[$0].isASCIIDigit }) else { return nil }
        return UInt16(bytes.text(range))
    }
}
