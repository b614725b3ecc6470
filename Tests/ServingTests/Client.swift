import Contract
import Linux
import Glibc

/// A plain client of a loopback port. Its reads block: no test waits for time.
struct Client: ~Copyable {
    private let socket: OwnedDescriptor

    init(port: UInt16) throws {
        let socket = OwnedDescriptor(
            owning: try check("socket") {
                Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            })
        let number = socket.number
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        // A server that never answers fails a test; it must not hang it.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try check("connect") { connect(number, address, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }
        self.socket = socket
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            sent += try bytes.withUnsafeBytes { buffer in
                try check("send") {
                    Glibc.send(socket.number, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// Sends no more.
    func end() {
        shutdown(socket.number, Int32(SHUT_WR))
    }

    /// Closes with a reset.
    consuming func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket.number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads until the text holds that many answers' last bytes, or the end comes.
    func read(until isEnough: (String) -> Bool = { _ in false }) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = try check("recv") { recv(socket.number, &buffer, buffer.count, 0) }
            bytes += buffer[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            if count == 0 || isEnough(text) { return text }
        }
    }

    /// Reads some bytes; none at the end.
    func receive(most: Int) throws -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = try check("recv") { recv(socket.number, &buffer, buffer.count, 0) }
        return buffer[..<count]
    }

    /// Reads one answer whose content ends so.
    func read(to end: String) throws -> String {
        try read { $0.hasSuffix(end) }
    }
}
