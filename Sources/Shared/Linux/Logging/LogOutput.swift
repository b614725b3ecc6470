internal import CLinux
package import Contract
import Glibc
package import Logging
internal import Synchronization

/// The log of this process: stderr, without ever blocking. While a pipe, a terminal or a disk has no room, lines wait; when
/// too many wait, lines are lost, and a line says how many as soon as there is room.
package enum LogOutput {
    private struct State {
        var lines = LineQueue()
        var format = LogFormat.text
        /// The last process that wrote: for the line about lost lines.
        var process: LogProcess?
    }

    private static let state = Mutex(State())

    /// Call it at the start, before there are other threads.
    package static func open() {
        brigade_log_open()
    }

    /// Makes a file stderr, for this process and its children. The path may also name an inherited descriptor.
    /// - Parameter owner: gets the file if root creates it.
    /// - Throws: why it cannot be opened; then nothing has changed. ENXIO for a FIFO without a reader.
    package static func redirect(to path: String, owner: UInt32? = nil) throws(SystemError) {
        if let inherited = InheritedDescriptor(path: path) {
            try redirect(to: inherited.number)
            return
        }
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let file = OwnedDescriptor(owning: try check("open") { Glibc.open(path, flags, 0o644) })
        let number = file.number
        var information = stat()
        if let owner, fstat(number, &information) == 0, information.st_mode & S_IFMT == S_IFREG {
            _ = fchown(number, owner, gid_t.max)
        }
        try redirect(to: number)
    }

    /// Opens the file of `redirect(to:owner:)` again, after a rotation. A descriptor is left as it is: it cannot be rotated,
    /// and its number may be another one in a child.
    package static func reopen(_ path: String, owner: UInt32? = nil) throws(SystemError) {
        guard InheritedDescriptor(path: path) == nil else { return }
        try redirect(to: path, owner: owner)
    }

    /// Makes an open file stderr.
    package static func redirect(to descriptor: Int32) throws(SystemError) {
        var failure: SystemError?
        state.withLock { state in
            flush(&state)
            if dup2(descriptor, STDERR_FILENO) < 0 { failure = SystemError("dup2") }
            state.lines.outputChanged()
            brigade_log_open()
        }
        if let failure { throw failure }
    }

    /// The format of all lines from now on.
    package static func use(_ format: LogFormat, _ process: LogProcess) {
        state.withLock { state in
            state.format = format
            state.process = process
        }
        // For the stacks of a process that crashes.
        switch format {
        case .text: brigade_log_set_json(nil)
        case .json: String(decoding: process.json, as: UTF8.self).withCString(brigade_log_set_json)
        }
    }

    /// Writes a line to stderr, outside the log: for errors before the log is open. It may block.
    /// - Parameter program: stands before a line of text.
    package static func writeToStandardError(_ message: String, _ level: Logger.Level, program: String) {
        let (format, process) = state.withLock { ($0.format, $0.process) }
        let prefix = brigade_stderr_is_journal() != 0 ? "<\(level.priority)>" : ""
        var line = Array(prefix.utf8)
        switch format {
        case .text: line += Array("\(program): \(message.visible)".utf8)
        case .json: line += LogLine(level, message).bytes(.json, process ?? LogProcess(.command(program)))
        }
        line.append(UInt8(ascii: "\n"))
        _ = Glibc.write(STDERR_FILENO, line, line.count)
    }

    /// Writes a line, or lets it wait.
    static func write(_ line: LogLine, _ process: LogProcess) {
        state.withLock { state in
            state.process = process
            let format = state.format
            state.lines.append(
                bytes(line, format, process), notice: { notice($0, format, process) }, to: writeNow)
        }
    }

    // MARK: Lines that wait

    /// Whether lines wait for room: then `flush` is to be called soon.
    package static var isWaiting: Bool { state.withLock { $0.lines.isWaiting } }

    /// All lines that this process has lost.
    package static var lostLines: UInt64 { state.withLock { $0.lines.lost } }

    /// Writes what waits, as far as there is room. It does not block.
    package static func flush() {
        state.withLock { flush(&$0) }
    }

    private static func flush(_ state: inout State) {
        guard state.lines.isWaiting, let process = state.process else { return }
        let format = state.format
        state.lines.flush(notice: { notice($0, format, process) }, to: writeNow)
    }

    /// Gives what waits a little time, at the end of the process: a reader that is only slow gets the last lines.
    package static func finish() {
        for _ in 0..<10 where isWaiting {
            flush()
            if isWaiting { usleep(10_000) }
        }
    }

    private static func notice(_ lost: Int, _ format: LogFormat, _ process: LogProcess) -> [UInt8] {
        let text = lost == 1 ? "1 log line was lost" : "\(lost) log lines were lost"
        return bytes(LogLine(.warning, text), format, process)
    }

    private static func writeNow(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { brigade_output_write(brigade_log(), $0.baseAddress, $0.count) }
    }

    /// The journal reads the level before each line, and removes it (sd-daemon(3)).
    private static func bytes(_ line: LogLine, _ format: LogFormat, _ process: LogProcess) -> [UInt8] {
        let prefix = brigade_log_is_journal() != 0 ? "<\(line.level.priority)>" : ""
        return Array(prefix.utf8) + line.bytes(format, process) + [UInt8(ascii: "\n")]
    }
}

extension Logger.Level {
    /// In the numbers of syslog(3).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
