import CLinux
import Foundation
import Synchronization

/// A stand-in for reddit inside the test: it holds every request until the test lets them go.
final class Upstream: Sendable {
    private let listener: TestListener
    private let arrivals = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)

    init() throws {
        listener = try TestListener()
        let (descriptor, arrivals, gate) = (listener.descriptor, arrivals, gate)
        Thread.detachNewThread {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    Self.serve(connection, arrivals, gate)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }

    var url: String { "http://127.0.0.1:\(listener.port)" }

    /// Waits until that many requests are here.
    func waitForRequests(_ count: Int) throws {
        for _ in 0..<count where arrivals.wait(timeout: .now() + 60) == .timedOut {
            throw ChildProcess.Failure(description: "no request came to the upstream")
        }
    }

    /// Answers that many requests.
    func release(_ count: Int) {
        for _ in 0..<count { gate.signal() }
    }

    private static func serve(_ connection: Int32, _ arrivals: DispatchSemaphore, _ gate: DispatchSemaphore) {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &bytes, bytes.count, 0)
            guard count > 0 else { return }
            head += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        arrivals.signal()
        gate.wait()
        let body = #"{"data":{"children":[{"data":{"score":7,"title":"Soup","url":"https://e.com/s"}}]}}"#
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n" + body
        _ = answer.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }
}
