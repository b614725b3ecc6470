import CLinux
import Foundation

/// One connection that sends requests as fast as the server takes them, and reads the answers as they come.
final class PipelinedConnection {
    private static let line = Array("HTTP/1.1 200 OK\r\n".utf8)

    private let descriptor: Int32
    private let batch: [UInt8]
    private let size: Int
    private var left: Int
    private var pending = ArraySlice<UInt8>()
    /// Bytes that the beginning of a status line may be among.
    private var tail: [UInt8] = []
    private var answers = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// - Parameter count: of requests; a multiple of 100.
    init(port: UInt16, count: Int, target: String) throws {
        descriptor = LocalAddress.loopback(port: port).connected()
        guard descriptor >= 0 else { throw Client.Failure.refused }
        size = 100
        batch = Array(String(repeating: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", count: size).utf8)
        left = count
    }

    deinit {
        close(descriptor)
    }

    /// Sends them all and nothing more, and reads to the server's end.
    /// - Parameter look: called now and then.
    /// - Returns: how many answers there were.
    func run(look: () -> Void) throws -> Int {
        var steps = 0
        while try step() {
            steps += 1
            if steps % 200 == 0 { look() }
        }
        return answers
    }

    private func step() throws -> Bool {
        let sends = !pending.isEmpty || left > 0
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN | (sends ? POLLOUT : 0)), revents: 0)
        guard poll(&entry, 1, 60_000) > 0 else { throw Client.Failure.timedOut }
        if sends, entry.revents & Int16(POLLOUT) != 0 { try send() }
        guard entry.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return true }
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { note(buffer[..<count]) }
        if count < 0, errno != EAGAIN { throw Client.Failure.reset }
        return count != 0
    }

    private func send() throws {
        if pending.isEmpty {
            pending = batch[...]
            left -= size
        }
        let count = pending.withUnsafeBytes {
            Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        guard count >= 0 || errno == EAGAIN else { throw Client.Failure.reset }
        pending = pending.dropFirst(max(0, count))
        if pending.isEmpty, left == 0 { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    private func note(_ bytes: ArraySlice<UInt8>) {
        let all = tail + bytes
        all.withUnsafeBytes { all in
            var rest = all
            // No other line has this letter.
            while let next = memchr(rest.baseAddress!, Int32(Self.line[0]), rest.count) {
                rest = .init(rebasing: rest[(next - UnsafeMutableRawPointer(mutating: rest.baseAddress!))...])
                guard rest.count >= Self.line.count else { break }
                if memcmp(rest.baseAddress!, Self.line, Self.line.count) == 0 { answers += 1 }
                rest = .init(rebasing: rest.dropFirst())
            }
        }
        tail = all.suffix(Self.line.count - 1)
    }
}
