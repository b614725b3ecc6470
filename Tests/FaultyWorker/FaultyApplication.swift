import Contract
import Linux
import Glibc
import Messages
import Serving
import Synchronization

/// Endpoints that harm the worker, and some that do not.
struct FaultyApplication: Application {
    private static let block = BlockingOperation("block", threads: .max)
    /// Does nothing on the pool: the cost of the switch to a thread and back.
    private static let empty = BlockingOperation("empty", threads: .max)
    private static let nothing = Response(.ok, body: Array("hello".utf8))
    private static let isDraining = Atomic(false)
    private static let nap = BlockingOperation("nap")
    private let build = Environment.variables["FAULTY_BUILD"] ?? ""

    func answer(_ request: Request, route: inout Int?) throws -> Answer {
        // The rest of the path is free: it makes a target that a test finds again in the log.
        let name = request.path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
        switch String(decoding: name, as: UTF8.self) {
        case "hello": return .now(text("hello"))
        case "empty": return .blocking(of: Self.empty) { Self.nothing }
        case "echo": return .now(text("\(request.body.count)"))
        case "build": return .now(text(build))
        case "pid": return .now(text("\(getpid())"))
        case "sleep":
            let time = Duration.milliseconds(request.number("ms") ?? 100)
            return .later {
                try await Task.sleep(for: time)
                return text("slept")
            }
        case "hold":
            usleep(useconds_t(request.number("ms") ?? 100) * 1000)
            return .now(text("held"))
        case "spin":
            while getpid() > 0 {}
            return .now(text("never"))
        case "trap": fatalError("asked to crash")
        case "trap-twice":
            Self.hideSymbols()
            fatalError("asked to crash")
        case "nonblock":
            let listener = WorkerEnvironment.firstDescriptor
            return .now(text("\(fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK))"))
        case "shut": return .now(text("\(shutdown(WorkerEnvironment.firstDescriptor, Int32(SHUT_RDWR)))"))
        case "sick":
            WorkerProgram.reportHealthProblem("the disk is full\n\u{1b}[2J")
            return .now(text("sick"))
        case "well":
            WorkerProgram.reportHealthProblem(nil)
            return .now(text("well"))
        case "flood":
            Inherited().flood()
            return .now(text("flooding"))
        case "babble":
            Inherited().babble(routes: request.number("routes") ?? 0)
            return .now(text("babbled"))
        case "spoil-header":
            Inherited().spoilHeader()
            return .now(text("spoiled"))
        case "exit": exit(Int32(request.number("code") ?? 1))
        case "stop":
            kill(getpid(), SIGSTOP)
            return .now(text("continued"))
        case "block": return .blocking(of: Self.block) { sleepForEver() }
        case "nap":
            let time = useconds_t(request.number("ms") ?? 100) * 1000
            return .blocking(of: Self.nap) {
                usleep(time)
                return text("napped")
            }
        case "leak":
            Self.leak((request.number("mb") ?? 1) << 20)
            return .now(text("leaked"))
        case "health":
            let isDraining = Self.isDraining.load(ordering: .relaxed)
            return .now(isDraining ? text("draining", .serviceUnavailable) : text("well"))
        default: return .now(text("no such fault", .notFound))
        }
    }

    func drain() {
        Self.isDraining.store(true, ordering: .relaxed)
    }

    private func text(_ text: String, _ status: Status = .ok) -> Response {
        Response(status, fields: [Field("content-type", "text/plain")], body: Array(text.utf8))
    }

    /// Makes the mapping of the program's file unreadable that the report of a crash uses, so that the report crashes too.
    private static func hideSymbols() {
        guard let file = fopen("/proc/self/maps", "re") else { return }
        defer { fclose(file) }
        var program = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard readlink("/proc/self/exe", &program, program.count - 1) > 0 else { return }
        let path = program.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        var largest: Range<UInt>?
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 6, words[5] == path, words[1] == "r--p" else { continue }
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2, ends[1] - ends[0] > largest?.count ?? 0 { largest = ends[0]..<ends[1] }
        }
        if let largest { mprotect(UnsafeMutableRawPointer(bitPattern: largest.lowerBound), largest.count, PROT_NONE) }
    }

    /// The pages are written, so that they count as memory of this process.
    private static func leak(_ bytes: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
        memset(memory, 1, bytes)
    }
}

extension Request {
    /// A number of the query: `?ms=100`.
    fileprivate func number(_ name: String) -> Int? {
        let query = String(decoding: query ?? [], as: UTF8.self)
        return query.split(separator: "&").lazy.compactMap { pair in
            pair.hasPrefix(name + "=") ? Int(pair.dropFirst(name.utf8.count + 1)) : nil
        }.first
    }
}
