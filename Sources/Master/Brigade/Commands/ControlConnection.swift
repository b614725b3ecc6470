import Contract
import Glibc
import Platform

/// A control socket as an operator's command sees it.
struct ControlConnection: ~Copyable {
    private let stream: FileDescriptor
    /// The master, for as long as it lives.
    private let server: FileDescriptor?

    init(to path: String) throws(SystemError) {
        stream = try ControlSocket.connect(path)
        server = ControlSocket.server(of: stream.number)
    }

    /// Sends the request and reads until the reply is whole, however long that takes.
    func ask(_ request: ControlRequest) throws -> ControlReply {
        let line = Array("\(request.line)\n".utf8)
        let number = stream.number
        _ = try check("write") { send(number, line, line.count, Int32(MSG_NOSIGNAL)) }
        var message: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
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
    func waitForTheEnd() {
        switch server {
        case .some(let server): _ = Poll.wait(for: [Poll.Interest(server.number)], atMost: nil)
        case .none: break
        }
    }
}
