import Linux

/// What the metrics address answers.
struct HTTPAnswer: Equatable {
    enum Status: Int {
        case ok = 200
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        case contentTooLarge = 413
        case headTooLarge = 431
        case versionNotSupported = 505

        fileprivate var reason: String {
            switch self {
            case .ok: "OK"
            case .badRequest: "Bad Request"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .contentTooLarge: "Content Too Large"
            case .headTooLarge: "Request Header Fields Too Large"
            case .versionNotSupported: "HTTP Version Not Supported"
            }
        }
    }

    struct Field: Equatable {
        let name: String
        let value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    let status: Status
    let contentType: String
    /// More fields than every answer has.
    var fields: [Field] = []
    let content: [UInt8]

    init(_ status: Status = .ok, type: String, fields: [Field] = [], _ content: [UInt8]) {
        self.status = status
        contentType = type
        self.fields = fields
        self.content = content
    }

    /// A sentence for a person.
    init(_ status: Status, _ sentence: String, fields: [Field] = []) {
        self.init(status, type: "text/plain; charset=utf-8", fields: fields, Array("\(sentence)\n".utf8))
    }

    static let badLine = HTTPAnswer(.badRequest, "This is not an HTTP/1.1 request.")
    static let badTarget = HTTPAnswer(.badRequest, "The target must be a path, such as /metrics.")
    static let badHost = HTTPAnswer(.badRequest, "A request has one Host field.")
    static let badVersion = HTTPAnswer(.versionNotSupported, "This server speaks HTTP/1.1.")
    static let content = HTTPAnswer(.contentTooLarge, "A request here has no content.")
    static let headTooLarge = HTTPAnswer(
        .headTooLarge, "The request line and the fields are longer than \(HTTPRequest.longestHead) bytes.")

    /// - Parameters:
    ///   - isHead: the content is left out.
    ///   - time: seconds since 1970, for the date.
    func message(isHead: Bool, keepsAlive: Bool, at time: Int) -> [UInt8] {
        let date = UTCTime(secondsSince1970: time)
        var lines = [
            "HTTP/1.1 \(status.rawValue) \(status.reason)",
            "Date: \(date.weekdayName), \(date.day) \(date.monthName) \(date.year) \(date.timeOfDay) GMT",
            "Content-Type: \(contentType)", "Content-Length: \(content.count)", "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
        ]
        lines += fields.map { "\($0.name): \($0.value)" }
        if !keepsAlive { lines.append("Connection: close") }
        return Array("\(lines.joined(separator: "\r\n"))\r\n\r\n".utf8) + (isHead ? [] : content)
    }
}
