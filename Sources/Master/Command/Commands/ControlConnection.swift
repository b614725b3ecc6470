import Contract
import Linux
import Glibc
import Platform

/// A control socket, as a command connects to it. No wait is without end: a master that does not respond within `timeout`
/// is reported, with its process state.
struct ControlConnection: ~Copyable {
    static let timeout = Duration.seconds(5)

    private let path: String
    private let stream: OwnedDescriptor
    /// A pidfd of the master, if the kernel gives one.
    private let server: OwnedDescriptor?

    init(to path: String) throws(SystemError) {
        self.path = path
        stream = try ControlSocket.connect(path, atMost: Self.timeout)
        server = ControlSocket.server(of: stream.number)
    }

    /// Sends the request and reads the whole reply. A reply that reports a result may take long: meanwhile the master is
    /// asked for its status now and then, on another connection.
    func ask(_ request: ControlRequest) throws -> ControlReply {
        let line = Array("\(request.line)\n".utf8)
        let number = stream.number
        _ = try check("write") { send(number, line, line.count, Int32(MSG_NOSIGNAL)) }
        var message: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            guard Self.isReadable(number) else {
                try checkIsAlive(during: request)
                continue
            }
            let count = try check("read") { read(number, &bytes, bytes.count) }
            guard count > 0 else { break }
            message += bytes[..<count]
        }
        guard let reply = ControlReply(message: String(decoding: message, as: UTF8.self)) else {
            throw StartError(.usage, "the server exited before it answered; see its log")
        }
        return reply
    }

    /// Waits until the master's process has exited, so that its addresses are free.
    func waitForExit() throws(StartError) {
        switch server {
        case .some(let server): guard Self.isReadable(server.number) else { throw timeoutError("has not exited") }
        case .none: break
        }
    }

    private func checkIsAlive(during request: ControlRequest) throws {
        guard request.mayTakeLong else { throw timeoutError("does not answer") }
        do {
            _ = try ControlConnection(to: path).ask(.status(asJSON: false))
        } catch is SystemError {
            throw timeoutError("does not answer")
        }
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        let end = MonotonicClock.now + timeout
        repeat {
            let left = max(.zero, end - MonotonicClock.now)
            if !Poll.wait(for: [Poll.Interest(descriptor)], atMost: left).isEmpty { return true }
        } while MonotonicClock.now < end
        return false
    }

    private func timeoutError(_ problem: String) -> StartError { Self.timeoutError(problem, stream.number, path) }

    /// - Parameter stream: connected to the server's socket at that path.
    static func timeoutError(_ problem: String, _ stream: Int32, _ path: String) -> StartError {
        guard let pid = PeerCredentials.of(stream)?.pid else {
            return StartError(.usage, "the server at \(path) \(problem)")
        }
        let state = ProcessStatus.state(of: pid).map { "; \(description(ofState: $0, pid))" } ?? ""
        return StartError(.usage, "pid \(pid) \(problem)\(state)")
    }

    /// - Parameter state: of /proc/PID/stat (proc(5)).
    private static func description(ofState state: Character, _ pid: Int32) -> String {
        switch state {
        case "T": "it is stopped (T); continue it with 'kill -CONT \(pid)'"
        case "t": "a debugger has stopped it (t)"
        case "D": "it is waiting for a disk or a device (D)"
        case "S": "it is sleeping (S)"
        case "R": "it is running (R)"
        case "Z": "it has exited, and its parent has not reaped it (Z)"
        default: "its state is \(state)"
        }
    }
}

extension ControlRequest {
    /// The reply comes when the work is done, not when the request was read.
    fileprivate var mayTakeLong: Bool {
        switch self {
        case .status, .inFlight, .logLevel: false
        case .reload(let waits), .stop(let waits), .drain(_, let waits): waits
        case .scale, .stacks: true
        }
    }
}
