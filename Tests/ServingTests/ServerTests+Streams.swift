import Contract
import Linux
import Glibc
import Messages
import Synchronization
import Testing

@testable import Serving

/// An application that reads the content of its requests piece by piece.
private struct Reader: Application {
    var limit: Int? = .max
    let body: @Sendable (Request) throws -> Answer

    func answer(_ request: Request, route: inout Int?) throws -> Answer { try body(request) }

    func contentMode(for head: RequestHead) -> ContentMode { .stream(limit: limit) }
}

/// Pieces that are made when they are asked for.
private struct Pieces: AsyncSequence, Sendable {
    let count: Int
    var size = 64 << 10
    /// What happens before the piece of that number.
    var before: @Sendable (Int) async throws -> Void = { _ in }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: Pieces
        var made = 0

        mutating func next() async throws -> [UInt8]? {
            guard made < pieces.count else { return nil }
            try await pieces.before(made)
            made += 1
            return [UInt8](repeating: UInt8(truncatingIfNeeded: made), count: pieces.size)
        }
    }
}

private struct Broken: Error {}

/// Memory of this process.
private enum Memory {
    /// What other tests, which run meanwhile, may take of it.
    static let noise = 32 << 20

    /// Bytes of it that are in use (VmRSS).
    static var resident: Int {
        let file = fopen("/proc/self/statm", "r")
        defer { _ = file.map { fclose($0) } }
        var line = [CChar](repeating: 0, count: 200)
        guard let file, fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }
}

/// Bodies that are neither read nor sent at once.
extension ServerTests {
    private func post(_ fields: String, _ content: String = "") -> String {
        "POST /up HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(content)"
    }

    @Test func aLargeUploadToASlowHandlerTakesNoMemory() async throws {
        let size = 128 << 20
        let peak = Mutex((first: 0, most: 0))
        let application = Reader { request in
            .later {
                var count = 0
                for try await piece in request.stream {
                    count += piece.count
                    peak.withLock { peak in
                        let now = Memory.resident
                        if count > 4 << 20, peak.first == 0 { peak.first = now }
                        peak.most = max(peak.most, now)
                    }
                    // It is slow; nothing is waited for here.
                    try await Task.sleep(for: .microseconds(300))
                }
                return Response(.ok, body: Array("\(count).".utf8))
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(post("Content-Length: \(size)"))
            let piece = [UInt8](repeating: 120, count: 1 << 20)
            for _ in 0..<(size / piece.count) { try client.send(piece) }
            #expect(try client.read(to: ".").hasSuffix("\r\n\r\n\(size)."))
        }
        let (first, highest) = peak.withLock { ($0.first, $0.most) }
        #expect(first > 0 && highest - first < Memory.noise, "from \(first >> 10) to \(highest >> 10) KiB")
    }
    @Test func aLargeDownloadToASlowReaderTakesNoMemory() async throws {
        let (size, count) = (64 << 10, 4096)
        let made = Atomic(0)
        let application = Function { _ in
            let pieces = Pieces(count: count, size: size) { number in made.store(number + 1, ordering: .relaxed) }
            return .now(Response(.ok, stream: pieces, length: size * count))
        }
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/"))
            var received = 0
            var (first, most, ahead) = (0, 0, 0)
            while received < size * count {
                let bytes = try client.receive(most: 128 << 10)
                try #require(!bytes.isEmpty)
                // It is slow; nothing is waited for here.
                usleep(300)
                received += bytes.count
                ahead = max(ahead, made.load(ordering: .relaxed) * size - received)
                let now = Memory.resident
                if received > 4 << 20, first == 0 { first = now }
                most = max(most, now)
            }
            #expect(most - first < Memory.noise, "from \(first >> 10) to \(most >> 10) KiB")
            // What the kernel's buffers hold of a connection, and a few pieces.
            #expect(ahead < 16 << 20, "\(ahead >> 10) KiB")
            #expect(slot.metrics.requests.count == 1)
        }
    }

    @Test func aProducerDoesNotWaitWhenItsLengthIsReached() async throws {
        // More than the kernel takes, in one piece, after which the sequence would go on.
        let size = 16 << 20
        let application = Function { _ in .now(Response(.ok, stream: Pieces(count: .max, size: size), length: size)) }
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/"))
            var received = 0
            while received < size {
                let bytes = try client.receive(most: 1 << 20)
                try #require(!bytes.isEmpty)
                received += bytes.count
            }
            await LoopThread.run {}
            #expect(slot.metrics.requests.count == 1 && slot.inFlight.isEmpty)
        }
    }

    @Test func contentIsEchoedWhileItArrives() async throws {
        let application = Reader { .now(Response(.ok, stream: $0.stream)) }
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(post("Transfer-Encoding: chunked", "3\r\nabc\r\n"))
            #expect(try client.read(to: "abc\r\n").contains("\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc"))
            try client.send("4\r\ndefg\r\n")
            #expect(try client.read(to: "defg\r\n") == "4\r\ndefg\r\n")
            // What follows waits for its turn.
            try client.send("0\r\n\r\n" + get("/next"))
            let rest = try client.read { $0.hasPrefix("0\r\n\r\nHTTP") && $0.hasSuffix("0\r\n\r\n") }
            #expect(rest.hasPrefix("0\r\n\r\nHTTP/1.1 200 OK\r\n"))
            #expect(slot.connections == 1)
        }
    }

    @Test func aRequestAfterAStreamIsAnsweredAfterIt() async throws {
        let application = Function { request in
            guard request.path.elementsEqual("/stream".utf8) else {
                return .now(Response(.ok, body: Array("next.".utf8)))
            }
            return .now(Response(.ok, stream: Pieces(count: 3, size: 2) { _ in await Task.yield() }))
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/stream") + get("/next"))
            let text = try client.read(to: "next.")
            let chunks = (1...3).map { "2\r\n" + String(repeating: Character(UnicodeScalar($0)), count: 2) + "\r\n" }
            #expect(text.contains("\r\n\r\n\(chunks.joined())0\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func aClientThatLeavesCancelsTheContent() async throws {
        let (began, cancelled) = (Gate(), Gate())
        let application = Function { _ in
            let pieces = Pieces(count: 2) { number in
                guard number == 1 else { return }
                began.open()
                await withTaskCancellationHandler {
                    await cancelled.wait()
                } onCancel: {
                    cancelled.open()
                }
            }
            return .now(Response(.ok, stream: pieces))
        }
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/"))
            await began.wait()
            client.reset()
            await cancelled.wait()
            while !slot.inFlight.isEmpty { sched_yield() }
        }
    }

    @Test func aClientThatLeavesCancelsContentThatWaitsForIt() async throws {
        let made = Atomic(0)
        let application = Function { _ in
            .now(Response(.ok, stream: Pieces(count: .max) { made.store($0, ordering: .relaxed) }))
        }
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/"))
            _ = try client.receive(most: 100)
            client.reset()
            while !slot.inFlight.isEmpty { sched_yield() }
            #expect(made.load(ordering: .relaxed) < 1000)
        }
    }

    @Test func aHandlerHearsThatItsClientLeftDuringTheUpload() async throws {
        let began = Gate()
        let failed = Answers()
        let application = Reader { request in
            .later {
                do {
                    for try await _ in request.stream { began.open() }
                } catch {
                    failed.put("\((error as? ContentError)?.code == .incomplete)")
                }
                return Response(.ok)
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(post("Content-Length: 9", "abc"))
            await began.wait()
            client.reset()
            #expect(await failed.take() == "true")
        }
    }

    @Test func aHandlerMayAnswerWithoutReading() async throws {
        let application = Reader { _ in .now(Response(.notFound, body: Array("no.".utf8))) }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(post("Content-Length: 3000000"))
            // It is read and dropped: the answer must not get lost in a reset.
            try client.send([UInt8](repeating: 120, count: 3_000_000))
            let answer = try client.read()
            #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.hasSuffix("connection: close\r\n\r\nno."))
        }
    }

    @Test func continueIsSentWhenTheHandlerReads() async throws {
        let application = Reader { request in
            if request.path.last == UInt8(ascii: "n") { return .now(Response(.notFound)) }
            return .later {
                var content: [UInt8] = []
                for try await piece in request.stream { content += piece }
                return Response(.ok, body: content)
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(post("Content-Length: 4\r\nExpect: 100-continue"))
            #expect(try client.read(to: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("abc.")
            #expect(try client.read(to: "abc.").hasPrefix("HTTP/1.1 200 "))
            let fields = "Host: a\r\nContent-Length: 4\r\nExpect: 100-continue"
            try client.send("POST /n HTTP/1.1\r\n\(fields)\r\n\r\n")
            #expect(try client.read().hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func anUncaughtContentErrorIsTheResponse() async throws {
        let application = Reader(limit: 3) { request in
            .later {
                for try await _ in request.stream {}
                return Response(.ok)
            }
        }
        try await LoopThread.serving(application) { port, _ in
            for (chunks, status) in [("4\r\nabcd\r\n", 413), ("zz\r\n", 400)] {
                let client = try Client(port: port)
                try client.send(post("Transfer-Encoding: chunked", chunks))
                let answer = try client.read()
                #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("\r\nconnection: close\r\n"))
            }
        }
    }

    @Test func contentThatFailsIsCutOff() async throws {
        let application = Function { _ in
            .now(Response(.ok, stream: Pieces(count: 9) { if $0 == 1 { throw Broken() } }))
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/"))
            #expect(throws: SystemError.self) {
                while try !client.receive(most: 100_000).isEmpty {}
            }
        }
    }

    @Test func aDrainLetsContentFinish() async throws {
        let began = Gate()
        let application = Function { _ in
            let pieces = Pieces(count: 3, size: 1) { number in
                guard number == 1 else { return }
                began.open()
                await Task.yield()
            }
            return .now(Response(.ok, stream: pieces))
        }
        let answer = Answers()
        try await LoopThread.serving(application) { port, _ in
            _ = SystemThread.start("client") {
                let client = try? Client(port: port)
                try? client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                answer.put((try? client?.read()) ?? "")
            }
            await began.wait()
        }
        #expect(await answer.take().hasSuffix("1\r\n\u{3}\r\n0\r\n\r\n"))
    }
}
