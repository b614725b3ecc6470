import Contract
import Glibc
import Messages

/// Endpoints that do harm when asked, and two that do not.
struct FaultyApplication: Application {
    private let build = Environment.variables["FAULTY_BUILD"] ?? ""

    func answer(_ request: Request) throws -> Answer {
        // What follows a name in a path makes a target that the test finds again in the log.
        let name = request.path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
        switch String(decoding: name, as: UTF8.self) {
        case "hello": return .now(text("hello"))
        case "echo": return .now(text("\(request.body.count)"))
        case "build": return .now(text(build))
        case "pid": return .now(text("\(getpid())"))
        case "sleep":
            let time = Duration.milliseconds(request.number("ms") ?? 100)
            return .later {
                try await Task.sleep(for: time)
                return text("slept")
            }
        case "spin":
            while getpid() > 0 {}
            return .now(text("never"))
        case "trap": fatalError("asked to crash")
        case "exit": exit(Int32(request.number("code") ?? 1))
        case "stop":
            kill(getpid(), SIGSTOP)
            return .now(text("continued"))
        case "block": return .blocking { sleepForEver() }
        case "nap":
            let time = useconds_t(request.number("ms") ?? 100) * 1000
            return .blocking {
                usleep(time)
                return text("napped")
            }
        case "leak":
            Self.leak((request.number("mb") ?? 1) << 20)
            return .now(text("leaked"))
        case "health": return .now(request.connection.isDraining ? text("draining", .serviceUnavailable) : text("well"))
        default: return .now(text("no such fault", .notFound))
        }
    }

    private func text(_ text: String, _ status: Status = .ok) -> Response {
        Response(status, fields: [Field("content-type", "text/plain")], body: Array(text.utf8))
    }

    /// Touched, so that the memory is this process's own.
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
