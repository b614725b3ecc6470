import CLinux
import Foundation

/// Many clients of one thread that send a large body each, as fast as the server takes it.
final class ManyUploads {
    private struct Member {
        let descriptor: Int32
        var sent = 0
        var received: [UInt8] = []
        var hasEnded = false
    }

    private var members: [Member] = []
    /// Head and body, as far as they are sent at all.
    private let request: [UInt8]

    /// - Parameters:
    ///   - size: of the body in bytes.
    ///   - missing: how many of its last bytes are never sent.
    init(_ count: Int, port: UInt16, target: String, size: Int, missing: Int = 0) throws {
        let head = "POST \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n"
        request = Array(head.utf8) + [UInt8](repeating: 120, count: size - missing)
        let address = LocalAddress.loopback(port: port)
        members = (0..<count).map { _ in Member(descriptor: address.connected()) }
        guard members.allSatisfy({ $0.descriptor >= 0 }) else { throw Client.Failure.refused }
    }

    deinit {
        for member in members { close(member.descriptor) }
    }

    /// The status of each answer, where one has come.
    var statuses: [Int] {
        members.compactMap { member in
            let words = String(decoding: member.received.prefix(64), as: UTF8.self).split(separator: " ")
            return words.count > 1 ? Int(words[1]) : nil
        }
    }

    /// All send and read until each connection has come to its end.
    /// - Parameters:
    ///   - isThere: ends it before.
    ///   - round: called now and then.
    func run(until isThere: () -> Bool = { false }, round: () throws -> Void = {}) throws {
        let end = ContinuousClock.now + ChildProcess.patience
        while case let open = members.indices.filter({ !members[$0].hasEnded }), !open.isEmpty, !isThere() {
            guard ContinuousClock.now < end else {
                throw ChildProcess.Failure(description: "\(open.count) of \(members.count) do not end")
            }
            var entries = open.map { index in
                let wants = members[index].sent < request.count ? POLLIN | POLLOUT : POLLIN
                return pollfd(fd: members[index].descriptor, events: Int16(wants), revents: 0)
            }
            guard poll(&entries, nfds_t(entries.count), 20) >= 0 else { continue }
            for (entry, index) in zip(entries, open) where entry.revents != 0 { turn(index) }
            try round()
        }
    }

    private func turn(_ index: Int) {
        let (descriptor, sent) = (members[index].descriptor, members[index].sent)
        let count = request[sent...].withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if count > 0 { members[index].sent += count }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let received = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if received > 0 {
            members[index].received += bytes.prefix(received)
        } else if received == 0 || errno != EAGAIN && errno != EINTR {
            members[index].hasEnded = true
        }
    }
}
