package import Contract
import Glibc
package import Logging

/// Log lines on stderr, each written at once so that lines of several processes do not mix:
/// `2026-11-23T10:15:30.123Z info master pid=70: listening address=http://127.0.0.1:8001`.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level {
        get { OrderedLogLevel.current ?? ownLevel }
        set { ownLevel = newValue }
    }
    private var ownLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let process: String

    /// - Parameter process: the name of the process in every line: `master pid=70`, `worker=1 gen=2 pid=71`.
    package init(process: String, level: Logger.Level) {
        self.process = process
        ownLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = start(event.level) + "\(event.message)".visible
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { (Self.rank($0.key), $0.key) < (Self.rank($1.key), $1.key) }) {
            line += " \(key)=\(Self.quoted("\(value)"))"
        }
        LogOutput.write(line, event.level) { lost in
            start(.warning) + (lost == 1 ? "1 log line was lost" : "\(lost) log lines were lost")
        }
    }

    private func start(_ level: Logger.Level) -> String { "\(Self.timestamp()) \(level.rawValue) \(process): " }

    /// A worker has one name in every line, its own and its master's: `worker=1 gen=2 pid=71`.
    private static func rank(_ key: String) -> Int {
        ["worker", "gen", "pid"].firstIndex(of: key) ?? 3
    }

    /// RFC 3339, UTC, milliseconds.
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let time = UTCTime(secondsSince1970: now.tv_sec)
        let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
        return "\(time.year)-\(time.month)-\(time.day)T\(time.timeOfDay).\(milliseconds)Z"
    }

    private static func quoted(_ text: String) -> String {
        text.isEmpty || text.contains(" ") || text.contains("\"") ? "\"\(text.visible)\"" : text.visible
    }
}

extension LogLevel {
    package var level: Logger.Level { Logger.Level(rawValue: rawValue)! }
}
