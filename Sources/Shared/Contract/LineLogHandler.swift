import CLinux
import Glibc
package import Logging
import Synchronization

/// Log lines on stderr, each written at once so that lines of several processes do not mix:
/// `2026-11-23T10:15:30.123Z info master pid=70: listening address=http://127.0.0.1:8001`.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let process: String

    /// - Parameter process: who speaks, in the one form that every line has: `master pid=70`, `worker=1 gen=2 pid=71`.
    package init(process: String, level: Logger.Level) {
        self.process = process
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "\(Self.timestamp()) \(event.level.rawValue) \(process): \(Self.oneLine("\(event.message)"))"
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { (Self.rank($0.key), $0.key) < (Self.rank($1.key), $1.key) }) {
            line += " \(key)=\(Self.quoted("\(value)"))"
        }
        Self.write(line)
    }

    /// Lines that found no room.
    private static let lost = Atomic(0)

    /// A full disk, a closed pipe or a reader that stands still must not stop the server: a line that has no room now is
    /// lost, and the next one that has says how many were. O_NONBLOCK would be no help: it is the terminal's or the
    /// pipe's, not this process's.
    private static func write(_ text: String) {
        var target = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard poll(&target, 1, 0) == 1 else {
            lost.add(1, ordering: .relaxed)
            return
        }
        let count = lost.exchange(0, ordering: .relaxed)
        // A pipe that can be written to has room for PIPE_BUF bytes (pipe(7)): 4096.
        var line = Array(((count > 0 ? "(\(count) lines lost) " : "") + text).utf8.prefix(4095))
        line.append(UInt8(ascii: "\n"))
        _ = Glibc.write(STDERR_FILENO, line, line.count)
    }

    /// A worker has one name in every line, its own and its master's: `worker=1 gen=2 pid=71`.
    private static func rank(_ key: String) -> Int {
        ["worker", "gen", "pid"].firstIndex(of: key) ?? 3
    }

    /// RFC 3339, UTC, milliseconds.
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(day)T\(time).\(padded(now.tv_nsec / 1_000_000, 3))Z"
    }

    private static func quoted(_ text: String) -> String {
        text.isEmpty || text.contains(" ") || text.contains("\"") ? "\"\(oneLine(text))\"" : oneLine(text)
    }

    /// What a client sent may be logged: it must not forge a line, or speak to a terminal.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7f {
                safe += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}
