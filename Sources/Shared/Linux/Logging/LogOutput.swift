internal import CLinux
internal import Contract
import Glibc
package import Logging
internal import Synchronization

/// The log of this process: stderr, without ever blocking. If a pipe, a terminal or a disk has no room, lines are lost; the
/// next line that fits comes after one that says how many.
package enum LogOutput {
    private static let lines = Mutex(LineWriter())

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
        lines.withLock { lines in
            if dup2(descriptor, STDERR_FILENO) < 0 { failure = SystemError("dup2") }
            lines.outputChanged()
            brigade_log_open()
        }
        if let failure { throw failure }
    }

    /// Writes a line to stderr, outside the log: for errors before the log is open. It may block.
    package static func writeToStandardError(_ text: String, _ level: Logger.Level) {
        let prefix = brigade_stderr_is_journal() != 0 ? "<\(level.priority)>" : ""
        let line = "\(prefix)\(text)\n"
        _ = Glibc.write(STDERR_FILENO, line, line.utf8.count)
    }

    /// Lines that this process has lost since its start.
    package static var lostLines: UInt64 { lines.withLock(\.allLost) }

    /// - Parameter notice: makes the text that says how many lines were lost.
    static func write(_ text: String, _ level: Logger.Level, notice: (_ lost: Int) -> String) {
        lines.withLock { lines in
            lines.append(
                line(text, level), notice: { line(notice($0), .warning) },
                to: { bytes in bytes.withUnsafeBytes { brigade_output_write(brigade_log(), $0.baseAddress, $0.count) } }
            )
        }
    }

    /// A pipe takes this much atomically (PIPE_BUF of pipe(7)).
    private static let longestLine = 4096

    /// The journal reads the level before each line, and removes it (sd-daemon(3)).
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

/// Writes lines to an output that may take only part of them. Each line is written whole or not at all, in order, and lost
/// lines are counted. It does no I/O itself.
struct LineWriter {
    /// The rest of a line of which the output took a part. It must be written before anything else.
    private var rest: ArraySlice<UInt8> = []
    private(set) var lost = 0 {
        didSet { if lost > oldValue { allLost += UInt64(lost - oldValue) } }
    }
    /// Since the start; `lost` begins anew after each notice.
    private(set) var allLost: UInt64 = 0

    /// Writes a line now, or counts it.
    /// - Parameters:
    ///   - notice: makes the line that says how many were lost; it is written before the next line that fits.
    ///   - write: returns how many bytes it took; 0 or less if it has no room.
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

    /// The output was replaced: drops the rest of a line.
    mutating func outputChanged() {
        if !rest.isEmpty { lost += 1 }
        rest = []
    }

    /// - Returns: false if nothing was taken, or if the rest of an earlier line is still not complete.
    private mutating func put(_ bytes: ArraySlice<UInt8>, _ write: (ArraySlice<UInt8>) -> Int) -> Bool {
        if bytes.isEmpty { return true }
        let isRest = !rest.isEmpty
        let count = max(0, write(bytes))
        guard count > 0 || isRest else { return false }
        rest = bytes.dropFirst(count)
        return !isRest || rest.isEmpty
    }
}
