internal import CLinux
internal import Contract
import Glibc
package import Logging
internal import Synchronization

/// Where the log of this process goes: stderr, which nobody waits for. A terminal that nobody reads, a full pipe and a
/// full disk lose lines; the first that has room again is preceded by one that says how many.
package enum LogOutput {
    private static let lines = Mutex(LineWriter())

    /// To be called at the start, before there are other threads.
    package static func open() {
        brigade_log_open()
    }

    /// Makes a file stderr, for this process and those that it starts; also anew, when somebody has renamed the old one.
    /// Of a path that means a descriptor, that one.
    /// - Parameter owner: who shall be able to open it too, if root makes it.
    /// - Throws: why it cannot be opened; then everything is as it was. ENXIO for a FIFO that nobody reads.
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

    /// Opens the file of `redirect(to:owner:)` anew. A descriptor has no name that somebody could have given to another
    /// file, and those that a child was given may have other numbers.
    package static func reopen(_ path: String, owner: UInt32? = nil) throws(SystemError) {
        guard InheritedDescriptor(path: path) == nil else { return }
        try redirect(to: path, owner: owner)
    }

    /// Makes an open file stderr.
    package static func redirect(to descriptor: Int32) throws(SystemError) {
        var failure: SystemError?
        lines.withLock { lines in
            if dup2(descriptor, STDERR_FILENO) < 0 { failure = SystemError("dup2") }
            lines.outputChanged()
            brigade_log_open()
        }
        if let failure { throw failure }
    }

    /// One line for whoever started this process, on stderr as it is, before there is a log or beside it. It is waited for.
    package static func tell(_ text: String, _ level: Logger.Level) {
        let prefix = brigade_stderr_is_journal() != 0 ? "<\(level.priority)>" : ""
        let line = "\(prefix)\(text)\n"
        _ = Glibc.write(STDERR_FILENO, line, line.utf8.count)
    }

    /// - Parameter notice: makes the text that says how many lines were lost.
    static func write(_ text: String, _ level: Logger.Level, notice: (_ lost: Int) -> String) {
        lines.withLock { lines in
            lines.append(
                line(text, level), notice: { line(notice($0), .warning) },
                to: { bytes in bytes.withUnsafeBytes { brigade_output_write(brigade_log(), $0.baseAddress, $0.count) } }
            )
        }
    }

    /// What a pipe takes whole (PIPE_BUF of pipe(7)).
    private static let longestLine = 4096

    /// The journal reads a level before each line (sd-daemon(3)), and takes it away.
    private static func line(_ text: String, _ level: Logger.Level) -> [UInt8] {
        let prefix = brigade_log_is_journal() != 0 ? "<\(level.priority)>" : ""
        return Array("\(prefix)\(text)".utf8.prefix(longestLine - 1)) + [UInt8(ascii: "\n")]
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

/// Lines on their way to an output that takes as much as it has room for: each is written whole or not at all, in its
/// order, and those that found no room are counted. A value that knows no descriptor.
struct LineWriter {
    /// What an output took the first part of: nothing else may come before the rest.
    private var rest: ArraySlice<UInt8> = []
    private(set) var lost = 0

    /// Writes a line now, or counts it.
    /// - Parameters:
    ///   - notice: makes the line that says how many were lost; it goes before the first one that has room again.
    ///   - write: takes bytes; returns how many, and nothing or less when it has no room.
    mutating func append(
        _ line: [UInt8], notice: (_ lost: Int) -> [UInt8], to write: (ArraySlice<UInt8>) -> Int
    ) {
        guard put(rest, write) else { return lost += 1 }
        if lost > 0 {
            guard put(notice(lost)[...], write) else { return lost += 1 }
            lost = 0
        }
        if !rest.isEmpty || !put(line[...], write) { lost += 1 }
    }

    /// The output is another one from now on: half a line is of no use to it.
    mutating func outputChanged() {
        if !rest.isEmpty { lost += 1 }
        rest = []
    }

    /// - Returns: false when nothing of it was taken, or when what was begun before is still not whole.
    private mutating func put(_ bytes: ArraySlice<UInt8>, _ write: (ArraySlice<UInt8>) -> Int) -> Bool {
        if bytes.isEmpty { return true }
        let isRest = !rest.isEmpty
        let count = max(0, write(bytes))
        guard count > 0 || isRest else { return false }
        rest = bytes.dropFirst(count)
        return !isRest || rest.isEmpty
    }
}
