import CLinux
import Foundation

/// Many connections of one thread, each of which does what all do: a thousand clients at once.
final class ManyConnections {
    private struct Member {
        let descriptor: Int32
        var received: [UInt8] = []
        /// The server's end has come, or its reset.
        var hasEnded = false
    }

    private var members: [Member] = []

    /// - Parameter receiveBuffer: of each connection's socket, in bytes; nil is the kernel's own.
    init(_ count: Int, port: UInt16, receiveBuffer: Int32? = nil) throws {
        let address = LocalAddress.loopback(port: port)
        for number in 0..<count {
            let descriptor = address.socket()
            if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
            guard address.with({ connect(descriptor, $0, $1) }) == 0 else {
                let error = String(cString: strerror(errno))
                close(descriptor)
                throw ChildProcess.Failure(description: "connection \(number + 1) of \(count): \(error)")
            }
            members.append(Member(descriptor: descriptor))
        }
    }

    deinit {
        for member in members { close(member.descriptor) }
    }

    /// Lets this process, and those that it starts, have as many descriptors as the machine lets it.
    /// - Returns: how many that are.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    var count: Int { members.count }
    var ended: Int { members.count { $0.hasEnded } }
    var answered: Int { members.count { !$0.received.isEmpty } }
    var hasEnded: [Bool] { members.map(\.hasEnded) }
    /// What each has read so far.
    var texts: [String] { members.map { String(decoding: $0.received, as: UTF8.self) } }

    /// Each sends that, as far as its socket takes it at once.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        for member in members where !member.hasEnded {
            _ = Foundation.send(member.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
    }

    /// Everybody reads until the state is there.
    /// - Parameter round: called whenever something has come, or nothing has for a while.
    func read(until isThere: (ManyConnections) -> Bool, round: () throws -> Void = {}) throws {
        let end = ContinuousClock.now + ChildProcess.patience
        while !isThere(self) {
            guard ContinuousClock.now < end else {
                throw ChildProcess.Failure(description: "of \(count), \(answered) are answered and \(ended) ended")
            }
            let open = members.indices.filter { !members[$0].hasEnded }
            var entries = open.map { pollfd(fd: members[$0].descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&entries, nfds_t(entries.count), 20) >= 0 else { continue }
            for (entry, index) in zip(entries, open) where entry.revents != 0 { read(index) }
            try round()
        }
    }

    private func read(_ index: Int) {
        var bytes = [UInt8](repeating: 0, count: 16384)
        let count = recv(members[index].descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count > 0 {
            members[index].received += bytes.prefix(count)
        } else if count == 0 || errno != EAGAIN && errno != EINTR {
            members[index].hasEnded = true
        }
    }

    /// Those that are answered leave.
    func dismissAnswered() {
        for member in members where !member.received.isEmpty { close(member.descriptor) }
        members.removeAll { !$0.received.isEmpty }
    }

    /// Everybody leaves with a reset, in the middle of whatever there is.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        for member in members {
            setsockopt(member.descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            close(member.descriptor)
        }
        members = []
    }
}
