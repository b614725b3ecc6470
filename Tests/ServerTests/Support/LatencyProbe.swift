import Foundation
import Synchronization

/// Somebody who asks again and again, and looks at how long each answer takes: whether the server still feels well.
final class LatencyProbe: Sendable {
    struct Outcome {
        var times: [Duration] = []
        var failures = 0

        var slowest: Duration { times.max() ?? .zero }
        var median: Duration { times.isEmpty ? .zero : times.sorted()[times.count / 2] }
    }

    private let outcome = Mutex(Outcome())
    private let stopping = DispatchSemaphore(value: 0)
    private let finished = DispatchGroup()

    /// - Parameter targets: asked in turn, every 5 ms, on one connection; each must be answered with 200.
    init(_ address: Client.Address, _ targets: [String]) {
        finished.enter()
        Thread.detachNewThread { [self] in
            let client = try? Client(address)
            var number = 0
            while stopping.wait(timeout: .now() + .milliseconds(5)) == .timedOut {
                let began = ContinuousClock.now
                let answer = try? client?.ask(targets[number % targets.count])
                let time = ContinuousClock.now - began
                number += 1
                outcome.withLock {
                    $0.times.append(time)
                    if answer?.status != 200 { $0.failures += 1 }
                }
            }
            finished.leave()
        }
    }

    /// Ends it; what it saw.
    func stop() -> Outcome {
        stopping.signal()
        finished.wait()
        return outcome.withLock(\.self)
    }
}
