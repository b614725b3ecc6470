import CLinux
import Foundation
import Synchronization

/// A stand-in for reddit that does to every connection what the test says, and knows when a client has left.
final class FaultyUpstream: Sendable {
    /// What is done once the head of a request is there, in order. At the end the connection closes.
    enum Step: Sendable {
        case send(String)
        /// Sends that again and again, until the client leaves.
        case flood(String)
        /// Sends that again and again, slowly, until the client leaves.
        case drip(String)
        /// Says nothing more until the client leaves.
        case stall
        case reset
    }

    private let listener: TestListener
    private let steps = Mutex<[Step]>([])
    private let arrivals = DispatchSemaphore(value: 0)
    private let departures = DispatchSemaphore(value: 0)

    /// - Parameter readsRequest: otherwise the steps begin with the connection.
    init(_ steps: [Step] = [], readsRequest: Bool = true) throws {
        listener = try TestListener()
        self.steps.withLock { $0 = steps }
        Thread.detachNewThread { [descriptor = listener.descriptor, weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0, let upstream = self else { return }
                Thread.detachNewThread {
                    if readsRequest { upstream.readHeads(connection) } else { upstream.play(connection) }
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }

    var port: UInt16 { listener.port }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Does that from now on.
    func play(_ steps: [Step]) {
        self.steps.withLock { $0 = steps }
    }

    /// Waits until that many requests are here.
    func waitForRequests(_ count: Int) throws {
        try wait(arrivals, count, "no request came to the upstream")
    }

    /// Waits until that many clients have left in the middle of something.
    func waitForDepartures(_ count: Int) throws {
        try wait(departures, count, "nobody left the upstream")
    }

    /// How many requests are here that nobody has waited for.
    func takeRequests() -> Int {
        var count = 0
        while arrivals.wait(timeout: .now()) == .success { count += 1 }
        return count
    }

    private func wait(_ semaphore: DispatchSemaphore, _ count: Int, _ failure: String) throws {
        for _ in 0..<count where semaphore.wait(timeout: .now() + 60) == .timedOut {
            throw ChildProcess.Failure(description: failure)
        }
    }

    private func readHeads(_ connection: Int32) {
        var text = ""
        while true {
            while !text.hasSuffix("\r\n\r\n") {
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = recv(connection, &bytes, bytes.count, 0)
                guard count > 0 else { return }
                text += String(decoding: bytes.prefix(count), as: UTF8.self)
            }
            text = ""
            arrivals.signal()
            guard play(connection) else { return }
        }
    }

    /// - Returns: whether the connection may be used again: all was sent that was to be sent, and no more.
    @discardableResult
    private func play(_ connection: Int32) -> Bool {
        let steps = steps.withLock { $0 }
        for step in steps {
            switch step {
            case .send(let text): guard send(connection, text) else { return left() }
            case .flood(let text):
                while send(connection, text) {}
                return left()
            case .drip(let text):
                while send(connection, text) {
                    if hasLeft(connection, within: 30) { return left() }
                }
                return left()
            case .stall:
                _ = hasLeft(connection, within: -1)
                return left()
            case .reset:
                var now = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                return false
            }
        }
        guard case .send(let text)? = steps.last else { return false }
        return text.hasSuffix(Self.keeps)
    }

    /// At the end of an answer after which the connection stays open: part of it, white space of its JSON.
    static let keeps = "\n\n"

    private func left() -> Bool {
        departures.signal()
        return false
    }

    private func send(_ connection: Int32, _ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// - Parameter time: milliseconds; -1 is for ever.
    private func hasLeft(_ connection: Int32, within time: Int32) -> Bool {
        let closed: Int16 = 0x2000  // POLLRDHUP, which Swift does not show
        var entry = pollfd(fd: connection, events: closed, revents: 0)
        return poll(&entry, 1, time) > 0
    }
}
