import Foundation

/// A connection to a server, and an HTTP/1.1 client on it that knows what an answer cut short is.
final class Client {
    struct Answer {
        let status: Int
        let fields: [(name: String, value: String)]
        let body: String

        subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    enum Failure: Error, Equatable {
        case refused, reset, timedOut
        /// The server closed before the answer was whole; true when not a byte of it had come.
        case cutShort(atOnce: Bool)
    }

    /// Where a server listens.
    enum Address: Equatable {
        case tcp(port: UInt16)
        case unix(path: String)
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    convenience init(port: UInt16, patience: Int = 60) throws {
        try self.init(.tcp(port: port), patience: patience)
    }

    /// - Parameter patience: for each read, in seconds.
    init(_ address: Address, patience: Int = 60) throws {
        switch address {
        case .tcp(let port): descriptor = LocalAddress.loopback(port: port).connected()
        case .unix(let path): descriptor = LocalAddress.unix(path: path).connected()
        }
        guard descriptor >= 0 else { throw Failure.refused }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    /// A GET.
    func ask(_ target: String) throws -> Answer { try ask("GET", target) }

    /// Sends a request and waits for its answer.
    func ask(
        _ method: String, _ target: String, fields: [String] = [], body: String? = nil
    ) throws -> Answer {
        try send(method, target, fields: fields, body: body)
        return try answer(to: method)
    }

    func send(_ method: String, _ target: String, fields: [String] = [], body: String? = nil) throws {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        try send(raw: lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    }

    func send(raw text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.reset }
            bytes = bytes.dropFirst(count)
        }
    }

    /// The next answer on the connection. Interim answers (100) are passed over.
    func answer(to method: String = "GET") throws -> Answer {
        let head = try readHead()
        let lines = head.components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: parts[0].lowercased(), value: parts[1].trimmingCharacters(in: .whitespaces))
        }
        if status == 100 { return try answer(to: method) }
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let content = method == "HEAD" ? 0 : length
        while buffer.count < content { try readMore() }
        let body = String(decoding: buffer.prefix(content), as: UTF8.self)
        buffer.removeFirst(content)
        return Answer(status: status, fields: fields, body: body)
    }

    /// Whether the server closes the connection cleanly, with nothing more to read.
    func isClosed() throws -> Bool {
        do {
            try readMore()
            return false
        } catch Failure.cutShort {
            return buffer.isEmpty
        }
    }

    private func readHead() throws -> String {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<end.upperBound)
                return head
            }
            try readMore()
        }
    }

    private func readMore() throws {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count == 0 { throw Failure.cutShort(atOnce: buffer.isEmpty) }
        guard count > 0 else { throw errno == EAGAIN ? Failure.timedOut : Failure.reset }
        buffer += bytes.prefix(count)
    }
}
