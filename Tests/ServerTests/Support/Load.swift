import Foundation
import Synchronization

/// Requests that never end, over kept and over fresh connections, and every failure by name.
final class Load: Sendable {
    struct Outcome: Equatable {
        var answered = 0
        var failures: [String] = []
    }

    private let outcome = Mutex(Outcome())
    private let stopping = Atomic(false)
    private let progress = DispatchSemaphore(value: 0)
    private let finished = DispatchGroup()

    init(port: UInt16, threads: Int) {
        for number in 0..<threads {
            finished.enter()
            Thread.detachNewThread { [self] in
                run(port: port, keepsConnections: number % 2 == 0)
                finished.leave()
            }
        }
    }

    /// Waits until so many further requests are answered.
    func waitForMore(than count: Int) throws {
        for _ in 0..<count where progress.wait(timeout: .now() + 60) == .timedOut {
            throw ChildProcess.Failure(description: "the load stands still: \(outcome.withLock(\.self))")
        }
    }

    /// Ends the load; what came of it.
    func stop() -> Outcome {
        stopping.store(true, ordering: .relaxed)
        finished.wait()
        return outcome.withLock(\.self)
    }

    private func run(port: UInt16, keepsConnections: Bool) {
        var kept: Client?
        while !stopping.load(ordering: .relaxed) {
            do {
                let client = try kept ?? Client(port: port)
                kept = nil
                let answer = try client.ask("/api/v1/recipes/1")
                outcome.withLock {
                    $0.answered += 1
                    if answer.status != 200 { $0.failures.append("status \(answer.status)") }
                }
                progress.signal()
                if keepsConnections, answer["connection"] != "close" { kept = client }
            } catch {
                outcome.withLock { $0.failures.append("\(error)") }
            }
        }
    }
}
