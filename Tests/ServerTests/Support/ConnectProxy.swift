import CLinux
import Foundation
import Synchronization

/// A proxy that does CONNECT, to ports of this machine whatever the host is called.
final class ConnectProxy: Sendable {
    private let listener: TestListener
    private let seen = Mutex<[String]>([])

    init() throws {
        listener = try TestListener()
        Thread.detachNewThread { [descriptor = listener.descriptor, weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0, let tunnel = self else { return }
                Thread.detachNewThread { tunnel.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }

    var port: UInt16 { listener.port }

    /// The heads of the requests so far.
    var heads: [String] { seen.withLock(\.self) }

    private func serve(_ client: Int32) {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            var byte: UInt8 = 0
            guard recv(client, &byte, 1, 0) == 1 else { return }
            head.unicodeScalars.append(Unicode.Scalar(byte))
        }
        seen.withLock { $0.append(head) }
        let authority = head.split(separator: " ")[1]
        let upstream = LocalAddress.loopback(port: UInt16(authority.split(separator: ":").last!)!).connected()
        _ = "HTTP/1.1 200 Connected\r\n\r\n".withCString { send(client, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        let back = DispatchGroup()
        back.enter()
        Thread.detachNewThread {
            Self.relay(upstream, client)
            back.leave()
        }
        Self.relay(client, upstream)
        back.wait()
        close(client)
        close(upstream)
    }

    private static func relay(_ source: Int32, _ sink: Int32) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while case let count = recv(source, &bytes, bytes.count, 0), count > 0 {
            guard send(sink, bytes, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        // Both ends: the other direction must not wait for somebody who has gone.
        shutdown(sink, Int32(SHUT_RDWR))
        shutdown(source, Int32(SHUT_RDWR))
    }
}
