import CLinux
import Foundation
import Synchronization

/// Many connections that pipeline requests without end, kept full by one thread, which reads the answers and drops them.
final class ManyPipelines: Sendable {
    private let stopping = Atomic(false)
    private let received = Atomic(0)
    private let finished = DispatchSemaphore(value: 0)

    init(_ count: Int, port: UInt16, target: String) throws {
        let descriptors = (0..<count).map { _ in LocalAddress.loopback(port: port).connected() }
        guard descriptors.allSatisfy({ $0 >= 0 }) else { throw Client.Failure.refused }
        let batch = Array(String(repeating: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", count: 200).utf8)
        Thread.detachNewThread { [self] in
            run(descriptors, batch)
            for descriptor in descriptors { close(descriptor) }
            finished.signal()
        }
    }

    /// Bytes of answers so far.
    var bytes: Int { received.load(ordering: .relaxed) }

    /// Everybody leaves.
    func stop() {
        stopping.store(true, ordering: .relaxed)
        finished.wait()
    }

    private func run(_ descriptors: [Int32], _ batch: [UInt8]) {
        var sent = [Int](repeating: 0, count: descriptors.count)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN | POLLOUT), revents: 0) }
        while !stopping.load(ordering: .relaxed) {
            guard poll(&entries, nfds_t(entries.count), 100) > 0 else { continue }
            for index in entries.indices where entries[index].revents != 0 {
                let count = recv(descriptors[index], &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 { received.add(count, ordering: .relaxed) }
                let more = batch[sent[index]...].withUnsafeBytes {
                    send(descriptors[index], $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
                }
                sent[index] = (sent[index] + max(0, more)) % batch.count
            }
        }
    }
}
