internal import Contract
import Glibc
internal import Logging

/// A line of the log before it is text: what happened, when, and in which process.
struct LogLine {
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata
    /// The type of the error that the line is about.
    var errorType: String?
    /// The label of the logger.
    var logger: String?
    /// Since 1970.
    var time: (seconds: Int, nanoseconds: Int)

    /// The time is now.
    init(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata = [:], logger: String? = nil) {
        self.level = level
        self.message = message
        self.metadata = metadata
        self.logger = logger
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        time = (now.tv_sec, now.tv_nsec)
    }

    /// A pipe takes this much whole (PIPE_BUF of pipe(7)), with the priority for the journal and the end of the line.
    static let mostBytes = 4096 - 4

    /// - Returns: the line without its end, at most `mostBytes` long. A longer one is cut where that can be seen.
    func bytes(_ format: LogFormat, _ process: LogProcess) -> [UInt8] {
        switch format {
        case .text: TextLine(self, process).bytes
        case .json: JSONLine(self, process).bytes
        }
    }

    /// RFC 3339, UTC, milliseconds.
    fileprivate var timestamp: String {
        let date = UTCTime(secondsSince1970: time.seconds)
        let milliseconds = String(1000 + time.nanoseconds / 1_000_000).dropFirst()
        return "\(date.year)-\(date.month)-\(date.day)T\(date.timeOfDay).\(milliseconds)Z"
    }
}

// MARK: - Text

/// `2026-11-23T10:15:30.123Z info master pid=70: worker ready in 0.05 s worker=1 gen=1 pid=71`.
///
/// A message or a value that could be read in two ways is in quotation marks: one that contains what looks like a field, a
/// character that is escaped, or a quotation mark at its start. In quotation marks `\\`, `\"`, `\n` and `\u{9b}` are escapes.
private struct TextLine {
    private(set) var bytes: [UInt8]

    init(_ line: LogLine, _ process: LogProcess) {
        bytes = Array("\(line.timestamp) \(line.level.rawValue) \(process.text): ".utf8)
        let message = Self.message(line.message)
        let fields = line.metadata.sorted { (Self.rank($0.key), $0.key) < (Self.rank($1.key), $1.key) }.map {
            (key: Self.key($0.key), value: Self.value("\($0.value)"))
        }
        let fieldsSize = fields.reduce(0) { $0 + 2 + $1.key.count + $1.value.size }
        if bytes.count + message.size + fieldsSize <= LogLine.mostBytes {
            message.append(to: &bytes)
            for field in fields { append(field.key, field.value) }
            return
        }
        let end = LogLine.mostBytes - Self.truncated.utf8.count
        let space = end - bytes.count
        message.append(to: &bytes, most: max(space / 2, space - fieldsSize))
        for field in fields where end - bytes.count >= 2 + field.key.count + Self.shortest {
            append(field.key, field.value, most: end - bytes.count - 2 - field.key.count)
        }
        bytes += Self.truncated.utf8
    }

    private static let truncated = " truncated=true"
    /// Bytes of a value that is worth showing.
    private static let shortest = 16

    private mutating func append(_ key: [UInt8], _ value: Token, most: Int = .max) {
        bytes.append(UInt8(ascii: " "))
        bytes += key
        bytes.append(UInt8(ascii: "="))
        value.append(to: &bytes, most: most)
    }

    /// A worker has one name in every line, its own and its master's: `worker=1 gen=2 pid=71`.
    private static func rank(_ key: String) -> Int {
        ["worker", "gen", "pid"].firstIndex(of: key) ?? 3
    }

    /// A key has no spaces, equals signs and quotation marks: they are escaped.
    private static func key(_ key: String) -> [UInt8] {
        if key.isEmpty { return Array(#""""#.utf8) }
        var bytes: [UInt8] = []
        for scalar in key.unicodeScalars {
            switch scalar {
            case "\\": bytes += Array(#"\\"#.utf8)
            case "=", "\"": bytes += scalar.escape.utf8
            case _ where scalar.properties.isWhitespace || !scalar.isVisible: bytes += scalar.escape.utf8
            default: bytes += UTF8.encode(scalar)!
            }
        }
        return bytes
    }

    private static func value(_ text: String) -> Token {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.isVisible && !$0.properties.isWhitespace && $0 != "\"" && $0 != "\\"
            }
        return Token(text, isQuoted: !isPlain)
    }

    private static func message(_ text: String) -> Token {
        var isPlain = text.unicodeScalars.first != "\""
        var last: Unicode.Scalar = " "
        var followsEquals = false
        for scalar in text.unicodeScalars {
            if !scalar.isVisible || scalar == "\\" || followsEquals && scalar != " " { isPlain = false }
            followsEquals = scalar == "=" && last != " "
            last = scalar
        }
        // A field could follow.
        return Token(text, isQuoted: !isPlain || followsEquals)
    }

    private struct Token {
        let text: String
        let isQuoted: Bool
        /// In bytes.
        let size: Int

        init(_ text: String, isQuoted: Bool) {
            self.text = text
            self.isQuoted = isQuoted
            size = isQuoted ? text.unicodeScalars.reduce(2) { $0 + Self.escaped($1).count } : text.utf8.count
        }

        /// - Parameter most: bytes that may be added; a longer text is cut, and ends with three dots.
        func append(to bytes: inout [UInt8], most: Int = .max) {
            let room = size <= most ? Int.max : most - 3 - (isQuoted ? 2 : 0)
            var used = 0
            if isQuoted { bytes.append(UInt8(ascii: "\"")) }
            for scalar in text.unicodeScalars {
                let piece = isQuoted ? Self.escaped(scalar) : Array(UTF8.encode(scalar)!)
                used += piece.count
                if used > room { break }
                bytes += piece
            }
            if room != .max { bytes += Array("...".utf8) }
            if isQuoted { bytes.append(UInt8(ascii: "\"")) }
        }

        private static func escaped(_ scalar: Unicode.Scalar) -> [UInt8] {
            switch scalar {
            case "\\", "\"": [UInt8(ascii: "\\"), UInt8(scalar.value)]
            case _ where scalar.isVisible: Array(UTF8.encode(scalar)!)
            default: Array(scalar.escape.utf8)
            }
        }
    }
}

// MARK: - JSON

/// One object, with the keys of the Elastic Common Schema (ECS) where it has one, `brigade.…` for what only Brigade knows,
/// and `labels` for all other metadata.
private struct JSONLine {
    private(set) var bytes: [UInt8] = []

    init(_ line: LogLine, _ process: LogProcess) {
        let tail = Self.tail(line, process)
        var (members, labels) = Self.sorted(line.metadata, process)
        if let type = line.errorType { members.append(("error.type", .string(type))) }
        bytes = Array(#"{"@timestamp":"\#(line.timestamp)","log.level":"\#(line.level.rawValue)","message":""#.utf8)
        let start = bytes
        bytes.append(jsonContent: line.message)
        bytes.append(Self.quote)
        bytes += tail
        for member in members { append(member.key, member.value) }
        if !labels.isEmpty { append("labels", .dictionary(labels)) }
        bytes.append(UInt8(ascii: "}"))
        if bytes.count <= LogLine.mostBytes { return }

        let others = bytes.count - start.count - line.message.utf8.count
        bytes = start
        let end = LogLine.mostBytes - Self.truncated.utf8.count - 1
        let space = end - start.count - tail.count - 1
        bytes.append(jsonContent: line.message, most: max(space / 2, space - others))
        bytes.append(Self.quote)
        bytes += tail
        for member in members { append(member.key, member.value, before: end) }
        appendLabels(labels, before: end)
        bytes += Self.truncated.utf8
        bytes.append(UInt8(ascii: "}"))
    }

    private static let truncated = #","brigade.truncated":true"#
    private static let quote = UInt8(ascii: "\"")

    /// What every line has, after the message.
    private static func tail(_ line: LogLine, _ process: LogProcess) -> [UInt8] {
        var tail = Array(#","ecs.version":"8.11.0","#.utf8) + process.json
        if let logger = line.logger {
            tail += Array(#","log.logger":""#.utf8)
            tail.append(jsonContent: logger, most: 128)
            tail.append(quote)
        }
        return tail
    }

    private typealias Member = (key: String, value: Logger.MetadataValue)

    /// Which keys have a place of their own.
    private static func sorted(
        _ metadata: Logger.Metadata, _ process: LogProcess
    ) -> (members: [Member], labels: Logger.Metadata) {
        var names = ["error": "error.message", "request": "http.request.id", "trace": "trace.id", "span": "span.id"]
        if case .master = process.kind {
            // Of the worker that the line is about.
            names.merge(["worker": "brigade.worker", "gen": "brigade.generation", "pid": "brigade.worker_pid"]) { $1 }
        }
        var members: [Member] = []
        var labels: Logger.Metadata = [:]
        for (key, value) in metadata {
            switch (names[key], value) {
            case (let name?, .string), (let name?, .stringConvertible): members.append((name, value))
            default: labels[key] = value
            }
        }
        return (members.sorted { $0.key < $1.key }, labels)
    }

    private static let numbers: Set = ["brigade.worker", "brigade.generation", "brigade.worker_pid"]

    /// Adds a member after others.
    private mutating func append(_ key: String, _ value: Logger.MetadataValue) {
        bytes.append(UInt8(ascii: ","))
        bytes.append(json: key)
        bytes.append(UInt8(ascii: ":"))
        if Self.numbers.contains(key), let number = Int("\(value)") {
            bytes += "\(number)".utf8
        } else {
            append(value)
        }
    }

    private mutating func append(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): bytes.append(json: text)
        case .stringConvertible(let value): bytes.append(json: "\(value)")
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(value)
            }
            bytes.append(UInt8(ascii: "]"))
        case .dictionary(let values):
            bytes.append(UInt8(ascii: "{"))
            for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(json: key)
                bytes.append(UInt8(ascii: ":"))
                append(value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    // MARK: Of a line that is too long

    /// Bytes of a value that is worth showing.
    private static let shortest = 16

    /// The member if it fits, else its text, cut; nothing where there is no room for that.
    private mutating func append(_ key: String, _ value: Logger.MetadataValue, before end: Int) {
        let start = bytes.count
        append(key, value)
        if bytes.count <= end { return }
        bytes.removeSubrange(start...)
        bytes.append(UInt8(ascii: ","))
        bytes.append(json: key)
        bytes += [UInt8(ascii: ":"), Self.quote]
        let room = end - bytes.count - 1
        guard room >= Self.shortest else {
            bytes.removeSubrange(start...)
            return
        }
        bytes.append(jsonContent: "\(value)", most: room)
        bytes.append(Self.quote)
    }

    private mutating func appendLabels(_ labels: Logger.Metadata, before end: Int) {
        let start = bytes.count
        bytes += Array(#","labels":{"#.utf8)
        let first = bytes.count
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) { append(key, value, before: end - 1) }
        guard bytes.count > first else {
            bytes.removeSubrange(start...)
            return
        }
        // The comma before the first.
        bytes.remove(at: first)
        bytes.append(UInt8(ascii: "}"))
    }
}
