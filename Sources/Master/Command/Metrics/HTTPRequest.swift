/// A request to the metrics address, without content. The parser is strict (RFC 9112): what two parsers could read in two
/// ways is refused.
struct HTTPRequest: Equatable {
    let method: String
    /// Without the query.
    let path: String
    /// Without the question mark.
    let query: String?
    /// By their names in lower case. Fields with the same name are joined by commas.
    private let fields: [String: String]
    private let isHTTP10: Bool

    subscript(field: String) -> String? { fields[field] }

    /// The answer has no content (RFC 9110, 9.3.2).
    var isHead: Bool { method == "HEAD" }

    /// The client may send its next request on this connection (RFC 9112, 9.3).
    var keepsAlive: Bool {
        let options = (fields["connection"] ?? "").lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
        return !isHTTP10 && !options.contains("close")
    }

    /// In bytes, from the request line to the empty line.
    static let longestHead = 8192

    enum Parsing: Equatable {
        /// The head is not complete.
        case incomplete
        /// - Parameter length: of the head in bytes; the next request follows.
        case complete(HTTPRequest, length: Int)
        case refused(HTTPAnswer)
    }

    static func parse(_ bytes: [UInt8]) -> Parsing {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while let end = bytes[start...].firstIndex(where: { $0 == lineFeed || $0 == 0 }) {
            guard end < longestHead else { return .refused(.headTooLarge) }
            guard bytes[end] == lineFeed, end > start, bytes[end - 1] == carriageReturn else {
                return .refused(.badLine)
            }
            let line = bytes[start..<end - 1]
            guard !line.contains(carriageReturn) else { return .refused(.badLine) }
            start = end + 1
            if !line.isEmpty {
                lines.append(line)
            } else if !lines.isEmpty {
                return request(lines, length: start)
            } else if start > 2 {
                // One empty line before a request is ignored (RFC 9112, 2.2).
                return .refused(.badLine)
            }
        }
        if bytes.count >= longestHead { return .refused(.headTooLarge) }
        // Whoever begins with something else will not send a request line: TLS, for example.
        if let first = bytes.first, !first.isTokenByte, first != carriageReturn { return .refused(.badLine) }
        return .incomplete
    }

    private static func request(_ lines: [ArraySlice<UInt8>], length: Int) -> Parsing {
        let words = lines[0].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(\.isTokenByte),
            words[1].allSatisfy({ (0x21...0x7e).contains($0) })
        else { return .refused(.badLine) }
        let version = text(words[2])
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            let isHTTP = version.hasPrefix("HTTP/")
            return .refused(isHTTP ? .badVersion : .badLine)
        }
        guard let (path, query) = target(text(words[1])) else { return .refused(.badTarget) }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let (name, value) = field(line) else { return .refused(.badLine) }
            // A second Host would be another one to another parser.
            guard name != "host" || fields[name] == nil else { return .refused(.badHost) }
            fields[name] = fields[name].map { "\($0), \(value)" } ?? value
        }
        guard version == "HTTP/1.0" || fields["host"] != nil else { return .refused(.badHost) }
        guard fields["transfer-encoding"] == nil, fields["content-length"].map({ $0 == "0" }) ?? true else {
            return .refused(.content)
        }
        return .complete(
            HTTPRequest(
                method: text(words[0]), path: path, query: query, fields: fields, isHTTP10: version == "HTTP/1.0"),
            length: length)
    }

    /// The origin form and the absolute form (RFC 9112, 3.2).
    private static func target(_ text: String) -> (path: String, query: String?)? {
        var rest = text[...]
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            rest = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
            if !rest.hasPrefix("/") { rest = "/" + rest }
        }
        guard rest.hasPrefix("/"), !rest.contains("#") else { return nil }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts[0], parts.count > 1 ? parts[1] : nil)
    }

    private static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
        let name = line[..<colon]
        let value = line[(colon + 1)...].trimmingBlanks()
        guard name.allSatisfy(\.isTokenByte), value.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f }) else {
            return nil
        }
        return (text(name).lowercased(), text(value))
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}

extension UInt8 {
    /// A character of a token (RFC 9110, 5.6.2).
    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces and tabs at both ends.
    fileprivate func trimmingBlanks() -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return []
        }
        return self[first...last]
    }
}
