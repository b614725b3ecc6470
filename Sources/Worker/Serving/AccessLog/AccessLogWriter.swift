internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging

/// Writes the access log: lines are collected, and written once per pass of the loop.
///
/// The loop never waits for a reader. Lines wait while a pipe, a terminal or a socket has no room, and whole lines are lost
/// when too many wait, or when the disk is full. They are counted, and when there is room again the worker's log says how
/// many were lost.
@LoopActor final class AccessLogWriter {
    /// Bytes that may wait.
    static let maxPending = 64 << 10
    /// Bytes that a pipe takes whole when it has room (PIPE_BUF of pipe(7)).
    private static let pieceSize = 4096

    /// nil for a descriptor.
    private let path: String?
    private let log: Logger
    private var output: Output
    private var pending: [UInt8] = []
    private var origin: AccessLogLine.Origin
    /// Lines that were lost, and of which no line says so.
    private var lost = 0

    /// All lines that were lost.
    private(set) var lostLines: UInt64 = 0
    let format: AccessLogFormat

    /// A descriptor that is written to without waiting.
    private struct Output: ~Copyable {
        private let output: brigade_output
        /// Closed at the end.
        private let file: Int32?
        /// A file takes any number of lines at once.
        let isFile: Bool

        init(_ descriptor: Int32, isOwned: Bool) {
            output = brigade_output_open(descriptor)
            file = isOwned ? descriptor : nil
            var information = stat()
            isFile = fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        }

        /// - Returns: how many bytes were taken; -1 with EAGAIN when there is no room.
        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            withUnsafePointer(to: output) { brigade_output_write($0, bytes.baseAddress, bytes.count) }
        }

        deinit {
            withUnsafePointer(to: output) { brigade_output_close($0) }
            if let file { close(file) }
        }
    }

    /// - Throws: why the file cannot be opened.
    nonisolated init(
        path: String, _ format: AccessLogFormat, _ process: LogProcess, log: Logger
    ) throws(SystemError) {
        self.path = path
        self.format = format
        self.log = log
        origin = AccessLogLine.Origin(process)
        output = try Self.open(path)
    }

    /// The descriptor stays open as long as the process, and is this process's alone.
    nonisolated init(
        _ descriptor: InheritedDescriptor, _ format: AccessLogFormat, _ process: LogProcess, log: Logger
    ) {
        path = nil
        self.format = format
        self.log = log
        origin = AccessLogLine.Origin(process)
        if !descriptor.isStandard { _ = fcntl(descriptor.number, F_SETFD, FD_CLOEXEC) }
        output = Output(descriptor.number, isOwned: false)
    }

    /// O_NONBLOCK, because the path may be a FIFO without a reader.
    private nonisolated static func open(_ path: String) throws(SystemError) -> Output {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        return Output(try check("open") { Glibc.open(path, flags, 0o644) }, isOwned: true)
    }

    /// Opens the file again: it has been renamed. When that fails, the old file is kept.
    func reopen() {
        flush()
        guard let path else { return }
        do throws(SystemError) {
            output = try Self.open(path)
        } catch {
            log.error(
                "cannot reopen the access log; still writing to the old file",
                metadata: ["path": "\(path)", "error": "\(error)"])
        }
    }

    /// - Parameters:
    ///   - route: the template of the route; nil for none.
    ///   - client: the address of the client, as trusted proxies say; empty where it is not known.
    ///   - peer: the address of the connection's other end; empty for a unix socket.
    func append(_ response: ResponseMetrics, _ fields: AccessLogFields, route: String?, client: String, peer: String) {
        if pending.count >= Self.maxPending {
            flush()
            if pending.count >= Self.maxPending {
                lose(1)
                return
            }
        }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        origin.update(second: now.tv_sec, nanoseconds: now.tv_nsec)
        AccessLogLine.append(response, fields, route: route, client: client, peer: peer, origin, to: &pending)
    }

    /// Writes as much as there is room for.
    func flush() {
        if pending.isEmpty { return }
        var written = 0
        while written < pending.count {
            let end = output.isFile ? pending.count : pieceEnd(from: written)
            let count = pending.withUnsafeBytes { output.write(UnsafeRawBufferPointer(rebasing: $0[written..<end])) }
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                break
            } else {
                // A disk without room, a pipe without a reader: waiting would not help.
                let error = SystemError("write")
                if lost == 0 {
                    log.warning("cannot write the access log; its lines are lost", metadata: ["error": "\(error)"])
                }
                lose(pending[written...].count { $0 == ASCII.lineFeed })
                written = pending.count
                pending.removeAll(keepingCapacity: true)
                return
            }
        }
        pending.removeFirst(written)
        if written > 0, lost > 0 {
            log.warning("access log lines were lost", metadata: ["lines": "\(lost)"])
            lost = 0
        }
    }

    private func lose(_ lines: Int) {
        lost += lines
        lostLines += UInt64(lines)
    }

    /// As many whole lines as a piece holds.
    private func pieceEnd(from start: Int) -> Int {
        let most = min(start + Self.pieceSize, pending.count)
        return pending[start..<most].lastIndex(of: ASCII.lineFeed).map { $0 + 1 } ?? most
    }
}
