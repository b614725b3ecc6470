import Contract
import Linux
import Glibc
import Logging
import Synchronization
import Testing
import SystemPackage

@testable import Serving

@Suite struct RequestLogTests {
    private let answer = ResponseMetrics(latency: 1000, status: 200, series: .unknown, size: 5)
    private let words = AccessLogFields(line: nil, .combined)

    /// Keeps what is logged.
    private struct Keeper: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
            lines.add("\(event.message) \(metadata)")
        }
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        var logger: Logger { Logger(label: "test") { _ in Keeper(lines: self) } }
    }

    @Test func aRenamedFileIsReopened() async throws {
        let folder = try Folder()
        let log = try AccessLogWriter(
            path: folder.path("log"), .combined, LogProcess(.standaloneWorker), log: LoopThread.quiet)
        await LoopThread.run {
            log.append(answer, words, route: nil, client: "one", peer: "one")
            rename(folder.path("log"), folder.path("log.1"))
            log.reopen()
            log.append(answer, words, route: nil, client: "two", peer: "two")
            log.flush()
        }
        #expect(try folder.text("log.1").hasPrefix("one - - ["))
        #expect(try folder.text("log").hasPrefix("two - - ["))
    }

    @Test func theOldFileIsKeptWhenReopeningFails() async throws {
        let folder = try Folder()
        let lines = Lines()
        mkdir(folder.path("a"), 0o755)
        let log = try AccessLogWriter(
            path: folder.path("a/log"), .combined, LogProcess(.standaloneWorker), log: lines.logger)
        await LoopThread.run {
            rename(folder.path("a"), folder.path("b"))
            log.reopen()
            log.append(answer, words, route: nil, client: "one", peer: "one")
            log.flush()
        }
        #expect(try folder.text("b/log").hasPrefix("one - - ["))
        #expect(lines.all.map { $0.prefix(28) } == ["cannot reopen the access log"])
    }

    @Test func aFileThatCannotBeOpenedIsAnError() throws {
        let folder = try Folder()
        #expect(throws: SystemError("open", errno: .noSuchFileOrDirectory)) {
            try AccessLogWriter(
                path: folder.path("no/log"), .combined, LogProcess(.standaloneWorker), log: LoopThread.quiet)
        }
        // A FIFO that nobody reads is one too, and no reason to wait for a reader.
        mkfifo(folder.path("fifo"), 0o600)
        #expect(throws: SystemError("open", errno: .noSuchAddressOrDevice)) {
            try AccessLogWriter(
                path: folder.path("fifo"), .combined, LogProcess(.standaloneWorker), log: LoopThread.quiet)
        }
    }

    @Test func linesThatAFullPipeLosesAreCounted() async throws {
        let folder = try Folder()
        let lines = Lines()
        let path = folder.path("fifo")
        mkfifo(path, 0o600)
        let reader = OwnedDescriptor(owning: open(path, O_RDONLY | O_NONBLOCK))
        let log = try AccessLogWriter(path: path, .combined, LogProcess(.standaloneWorker), log: lines.logger)
        let written = 5000
        var read: [UInt8] = []
        func readAll() {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = Glibc.read(reader.number, &buffer, buffer.count)
                if count <= 0 { break }
                read += buffer[..<count]
            }
        }
        await LoopThread.run {
            for _ in 0..<written { log.append(answer, words, route: nil, client: "peer", peer: "peer") }
            log.flush()
        }
        #expect(lines.all.isEmpty)
        readAll()
        // A little more waits than a pipe holds.
        for _ in 0..<2 {
            await LoopThread.run { log.flush() }
            readAll()
        }
        let text = String(decoding: read, as: UTF8.self)
        let whole = text.split(separator: "\n")
        #expect(text.hasSuffix("\n") && whole.allSatisfy { $0.hasPrefix("peer - - [") && $0.hasSuffix(" 0.000001") })
        #expect(whole.count > 1000 && whole.count < written)
        #expect(lines.all == ["access log lines were lost lines=\(written - whole.count)"])
    }

    @Test func aFullDiskLosesLinesAndDoesNotStopTheServer() async throws {
        let lines = Lines()
        let log = try AccessLogWriter(path: "/dev/full", .combined, LogProcess(.standaloneWorker), log: lines.logger)
        await LoopThread.run {
            for _ in 0..<3 {
                log.append(answer, words, route: nil, client: "peer", peer: "peer")
                log.flush()
            }
        }
        #expect(lines.all.map { $0.prefix(27) } == ["cannot write the access log"], "said once")
    }
}
