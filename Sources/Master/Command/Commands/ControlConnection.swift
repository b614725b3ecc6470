import Contract
import Linux
import Glibc
import Platform

/// A control socket as an operator's command sees it. Nobody waits for ever: a master that gives no sign of life for
/// `patience` is named, with what the kernel says that it is at.
struct ControlConnection: ~Copyable {
    static let patience = Duration.seconds(5)

    private let path: String
    private let stream: OwnedDescriptor
    /// The master, for as long as it lives.
    private let server: OwnedDescriptor?

    init(to path: String) throws(SystemError) {
        self.path = path
        stream = try ControlSocket.connect(path, atMost: Self.patience)
        server = ControlSocket.server(of: stream.number)
    }

    /// Sends the request and reads until the reply is whole. That may take long where the reply is what has come about;
    /// then the master is asked for its status now and again, by a connection of its own.
    func ask(_ request: ControlRequest) throws -> ControlReply {
        let line = Array("\(request.line)\n".utf8)
        let number = stream.number
        _ = try check("write") { send(number, line, line.count, Int32(MSG_NOSIGNAL)) }
        var message: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            guard Self.isReadable(number) else {
                try lookForLife(request)
                continue
            }
            let count = try check("read") { read(number, &bytes, bytes.count) }
            guard count > 0 else { break }
            message += bytes[..<count]
        }
        guard let reply = ControlReply(message: String(decoding: message, as: UTF8.self)) else {
            throw StartError(.usage, "the server ended before it had answered; its log says why")
        }
        return reply
    }

    /// Until its process has ended, so that whoever started this command finds its address free.
    func waitForTheEnd() throws(StartError) {
        switch server {
        case .some(let server): guard Self.isReadable(server.number) else { throw silence("has not ended") }
        case .none: break
        }
    }

    private func lookForLife(_ request: ControlRequest) throws {
        guard request.mayTakeLong else { throw silence("does not answer") }
        do {
            _ = try ControlConnection(to: path).ask(.status(asJSON: false))
        } catch is SystemError {
            throw silence("does not answer")
        }
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        let end = MonotonicClock.now + patience
        repeat {
            let left = max(.zero, end - MonotonicClock.now)
            if !Poll.wait(for: [Poll.Interest(descriptor)], atMost: left).isEmpty { return true }
        } while MonotonicClock.now < end
        return false
    }

    private func silence(_ what: String) -> StartError {
        guard let pid = PeerCredentials.of(stream.number)?.pid else {
            return StartError(.usage, "the server at \(path) \(what)")
        }
        let state = ProcessStatus.state(of: pid).map { "; \(Self.words(for: $0, pid))" } ?? ""
        return StartError(.usage, "pid \(pid) \(what)\(state)")
    }

    private static func words(for state: Character, _ pid: Int32) -> String {
        switch state {
        case "T": "it is stopped (T): 'kill -CONT \(pid)' lets it go on"
        case "t": "a debugger has stopped it (t)"
        case "D": "it waits for a disk or a device (D)"
        case "S": "it sleeps (S)"
        case "R": "it is running (R)"
        case "Z": "it has ended, and its parent has not reaped it (Z)"
        default: "its state is \(state)"
        }
    }
}

extension ControlRequest {
    /// Its reply is what has come about, and not that it was heard.
    fileprivate var mayTakeLong: Bool {
        switch self {
        case .status: false
        case .reload(let waits), .stop(let waits): waits
        case .scale: true
        }
    }
}
