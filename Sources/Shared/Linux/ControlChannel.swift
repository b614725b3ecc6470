package import Contract
internal import CLinux
import Glibc

/// One end of the SOCK_SEQPACKET pair between the master and a worker. Non-blocking.
package struct ControlChannel: ~Copyable, Sendable {
    private let socket: OwnedDescriptor

    /// Takes ownership of an open end.
    package init(owning socket: consuming OwnedDescriptor) {
        self.socket = socket
    }

    /// A new pair, both ends close-on-exec.
    /// - Parameter workerEnd: gets the end that the worker inherits; the other is returned.
    package static func pair(workerEnd: inout OwnedDescriptor?) throws(SystemError) -> ControlChannel {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        _ = try check("socketpair") { socketpair(AF_UNIX, type, 0, &ends) }
        workerEnd = OwnedDescriptor(owning: ends[1])
        return ControlChannel(owning: OwnedDescriptor(owning: ends[0]))
    }

    /// For poll and epoll.
    package var descriptor: Int32 { socket.number }

    /// Sends without blocking.
    /// - Throws: EAGAIN if the other side does not read, EPIPE if it is gone.
    package func send(_ message: some ControlMessage) throws(SystemError) {
        let bytes = message.bytes
        _ = try check("send") { Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// The result of `receive`.
    package enum Reception<Message: ControlMessage> {
        case message(Message)
        /// A message of another version, or invalid bytes.
        case unknown
        /// No message now.
        case empty
        /// The other side is gone.
        case end
    }

    private static let longestMessage = 2 + WorkerMessage.longestStacks

    /// The next message, without blocking. Any error but EAGAIN is the end.
    package func receive<Message: ControlMessage>(_: Message.Type = Message.self) -> Reception<Message> {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestMessage) { buffer in
            while true {
                // MSG_TRUNC returns the whole length, even if the message does not fit.
                let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC))
                if count > buffer.count { return .unknown }
                if count > 0 {
                    return Message(bytes: buffer.prefix(count)).map(Reception.message) ?? .unknown
                }
                if count == 0 { return .end }
                if errno == EAGAIN { return .empty }
                if errno != EINTR { return .end }
            }
        }
    }
}
