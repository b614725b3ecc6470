internal import Contract
internal import Linux
import Messages

/// What the access log has of a request's text, safe to print: nothing in it ends a quotation or a line, or controls a
/// terminal. A class, because its absence must weigh nothing where there is no log.
final class AccessLogFields: Sendable {
    enum Text: Sendable {
        /// The request line, and the Referer and User-Agent fields, each in quotation marks.
        case combined(line: [UInt8], fields: [UInt8])
        /// Members of an object, each with a comma before it.
        case json([UInt8])
    }

    let text: Text
    /// nil for a request that was never handled.
    let identity: RequestIdentity?
    /// The head, if proxies have told about the client in it.
    let forwardedHead: RequestHead?

    /// Of a request that was parsed.
    init(_ head: RequestHead, _ format: AccessLogFormat, _ identity: RequestIdentity? = nil) {
        self.identity = identity
        forwardedHead = ForwardedHops.mayBe(in: head) ? head : nil
        let line = head.bytes.prefix { $0 != ASCII.carriageReturn }
        let fields = (["referer", "user-agent"] as [StaticString]).map { name in
            head.firstValue(of: name).map { head.bytes[$0] }
        }
        text =
            switch format {
            case .combined: .combined(line: Self.safe(line, most: Self.maxLineBytes), fields: Self.quoted(fields))
            case .json: .json(Self.members(line, referrer: fields[0], agent: fields[1]))
            }
    }

    /// Of a request that was rejected before.
    /// - Parameter line: nil when not even the request line could be parsed.
    init(line: ArraySlice<UInt8>?, _ format: AccessLogFormat) {
        identity = nil
        forwardedHead = nil
        text =
            switch format {
            case .combined:
                .combined(
                    line: line.map { Self.safe($0, most: Self.maxLineBytes) } ?? [UInt8(ascii: "-")],
                    fields: Self.quoted([nil, nil]))
            case .json: .json(line.map { Self.members($0, referrer: nil, agent: nil) } ?? [])
            }
    }

    // MARK: Combined

    /// Bytes that are kept of a request line and of a field. A line of the log stays below the 4096 bytes that a pipe takes
    /// whole (PIPE_BUF), so that the lines of several workers do not mix.
    private static let maxLineBytes = 1800
    private static let maxFieldBytes = 900

    private static func quoted(_ fields: [ArraySlice<UInt8>?]) -> [UInt8] {
        var quoted: [UInt8] = []
        for field in fields {
            if !quoted.isEmpty { quoted.append(ASCII.space) }
            quoted.append(UInt8(ascii: "\""))
            if let field { quoted += safe(field, most: maxFieldBytes) } else { quoted.append(UInt8(ascii: "-")) }
            quoted.append(UInt8(ascii: "\""))
        }
        return quoted
    }

    /// Quotation marks, backslashes, and all that is not visible ASCII or a space become `\xHH`. What is too long is cut, and
    /// ends with three dots.
    static func safe(_ bytes: some Collection<UInt8>, most: Int) -> [UInt8] {
        var safe: [UInt8] = []
        safe.reserveCapacity(min(bytes.count, most))
        for byte in bytes {
            guard safe.count < most else {
                safe.append("...")
                break
            }
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                safe.append(byte)
            } else {
                safe.append("\\x")
                safe.append(.hexadecimalDigit(byte >> 4, uppercase: true))
                safe.append(.hexadecimalDigit(byte & 15, uppercase: true))
            }
        }
        return safe
    }

    // MARK: JSON

    /// The same, of an object, whose names need room too.
    private static let maxTargetBytes = 1200
    private static let maxMemberBytes = 600

    private static func members(
        _ line: ArraySlice<UInt8>, referrer: ArraySlice<UInt8>?, agent: ArraySlice<UInt8>?
    ) -> [UInt8] {
        var members: [UInt8] = []
        let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        if parts.count == 3 {
            members.append(member: "http.request.method", parts[0], most: 64)
            members.append(member: "url.original", parts[1], most: maxTargetBytes)
            members.append(member: "http.version", parts[2].dropFirst("HTTP/".utf8.count), most: 8)
        } else {
            members.append(member: "url.original", line, most: maxTargetBytes)
        }
        if let referrer { members.append(member: "http.request.referrer", referrer, most: maxMemberBytes) }
        if let agent { members.append(member: "user_agent.original", agent, most: maxMemberBytes) }
        return members
    }
}

/// A line of the access log.
///
/// The combined log format of Apache and nginx, the seconds that the response took, and fields of the server:
/// `127.0.0.1 - - [23/Nov/2026:10:15:30 +0000] "GET /x?y HTTP/1.1" 200 123 "-" "curl/8.1" 0.000412 request=… route="/x"`, and
/// ` aborted` when the connection ended before the whole response was sent. Or an object with the keys of the Elastic Common
/// Schema.
enum AccessLogLine {
    /// When the line is written, and by which process.
    struct Origin {
        /// As `DateFormat.accessLog`, and as RFC 3339 to the second.
        private(set) var combinedDate: [UInt8] = []
        private(set) var jsonDate: [UInt8] = []
        private(set) var milliseconds = 0
        /// As members of an object.
        let process: [UInt8]
        private var second = -1

        init(_ process: LogProcess) {
            self.process = process.json
        }

        mutating func update(second: Int, nanoseconds: Int) {
            milliseconds = nanoseconds / 1_000_000
            if second == self.second { return }
            self.second = second
            combinedDate = Array(DateFormat.accessLog(second).utf8)
            let time = UTCTime(secondsSince1970: second)
            jsonDate = Array("\(time.year)-\(time.month)-\(time.day)T\(time.timeOfDay)".utf8)
        }
    }

    /// - Parameters:
    ///   - route: the template of the route; nil for none.
    ///   - client: the address of the client, as trusted proxies say; empty where it is not known.
    ///   - peer: the address of the connection's other end; empty for a unix socket.
    static func append(
        _ response: ResponseMetrics, _ fields: AccessLogFields, route: String?, client: String, peer: String,
        _ origin: Origin, to output: inout [UInt8]
    ) {
        switch fields.text {
        case .combined(let line, let quoted):
            appendCombined(response, line, quoted, client, origin, &output)
            appendCombined(fields.identity, route, &output)
            if client != peer {
                output.append(" peer=")
                output.append(contentsOf: (peer.isEmpty ? "unix" : peer).utf8)
            }
            if response.isAborted { output.append(" aborted") }
        case .json(let members):
            appendJSON(response, members, client, peer, origin, &output)
            appendJSON(fields.identity, route, &output)
        }
        output.append(ASCII.lineFeed)
    }

    /// Bytes of a route's template that are kept.
    private static let maxRouteBytes = 200
    private static let maxClientBytes = 64

    private static func appendCombined(_ identity: RequestIdentity?, _ route: String?, _ output: inout [UInt8]) {
        if let identity {
            output.append(" request=")
            output.append(contentsOf: identity.id.utf8)
        }
        if let route {
            output.append(" route=\"")
            output.append(contentsOf: AccessLogFields.safe(route.utf8, most: maxRouteBytes))
            output.append(UInt8(ascii: "\""))
        }
        if let trace = identity?.given?.trace {
            output.append(" trace=")
            output.append(contentsOf: trace.traceID.utf8)
        }
    }

    private static func appendJSON(_ identity: RequestIdentity?, _ route: String?, _ output: inout [UInt8]) {
        if let identity { output.append(member: "http.request.id", identity.id.utf8, most: 256) }
        if let route { output.append(member: "http.route", route.utf8, most: maxRouteBytes) }
        if let trace = identity?.given?.trace { output.append(member: "trace.id", trace.traceID.utf8, most: 32) }
        output.append(UInt8(ascii: "}"))
    }

    private static func appendCombined(
        _ response: ResponseMetrics, _ line: [UInt8], _ fields: [UInt8], _ client: String, _ origin: Origin,
        _ output: inout [UInt8]
    ) {
        output.append(contentsOf: AccessLogFields.safe((client.isEmpty ? "-" : client).utf8, most: maxClientBytes))
        output.append(" - - [")
        output.append(contentsOf: origin.combinedDate)
        output.append("] \"")
        output.append(contentsOf: line)
        output.append("\" ")
        output.append(decimal: response.status)
        output.append(ASCII.space)
        output.append(decimal: response.size)
        output.append(ASCII.space)
        output.append(contentsOf: fields)
        output.append(ASCII.space)
        output.append(microseconds: response.latency / 1000)
    }

    private static func appendJSON(
        _ response: ResponseMetrics, _ members: [UInt8], _ client: String, _ peer: String, _ origin: Origin,
        _ output: inout [UInt8]
    ) {
        output.append(#"{"@timestamp":""#)
        output.append(contentsOf: origin.jsonDate)
        output.append(UInt8(ascii: "."))
        output.append(threeDigits: origin.milliseconds)
        output.append(#"Z","log.level":"info","message":""#)
        output.append(response.isAborted ? "request aborted" : "request answered")
        output.append(#"","ecs.version":"8.11.0","event.dataset":"brigade.access","#)
        output.append(contentsOf: origin.process)
        if !client.isEmpty { output.append(member: "client.address", client.utf8, most: maxClientBytes) }
        if !peer.isEmpty { output.append(member: "source.ip", peer.utf8, most: 64) }
        output.append(contentsOf: members)
        output.append(#","http.response.status_code":"#)
        output.append(decimal: response.status)
        output.append(#","http.response.body.bytes":"#)
        output.append(decimal: response.size)
        output.append(#","event.duration":"#)
        output.append(decimal: Int(clamping: response.latency))
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(decimal number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        append(digits: number, from: divisor)
    }

    /// Seconds with six decimals.
    mutating func append(microseconds: UInt64) {
        append(decimal: Int(microseconds / 1_000_000))
        append(UInt8(ascii: "."))
        append(digits: Int(microseconds % 1_000_000), from: 100_000)
    }

    mutating func append(threeDigits number: Int) { append(digits: number, from: 100) }

    /// A member of an object after others, with a name that needs no escapes.
    /// - Parameters:
    ///   - bytes: of a client; those that are no UTF-8 become U+FFFD.
    ///   - most: bytes of the value; a longer one is cut, and ends with three dots.
    mutating func append(member name: StaticString, _ bytes: some Collection<UInt8>, most: Int) {
        append(",\"")
        append(name)
        append("\":\"")
        append(jsonContent: String(decoding: bytes, as: UTF8.self), most: most)
        append(UInt8(ascii: "\""))
    }

    private mutating func append(digits number: Int, from divisor: Int) {
        var divisor = divisor
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
