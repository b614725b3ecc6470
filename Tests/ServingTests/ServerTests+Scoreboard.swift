import Contract
import Linux
import Glibc
import Messages
import Synchronization
import Testing

@testable import Serving

/// What the master can see of a server.
extension ServerTests {
    /// Opened by one thread, looked at by others, without a loop that runs meanwhile.
    private final class Flag: Sendable {
        private let isUp = Atomic(false)

        func raise() {
            isUp.store(true, ordering: .releasing)
        }

        func wait() {
            while !isUp.load(ordering: .acquiring) { sched_yield() }
        }
    }

    /// A handler that keeps the loop to itself until the flag is up; `/spin` alone.
    private func spinning(_ began: Flag, _ end: Flag) -> Function {
        Function { request in
            if request.path.elementsEqual("/spin".utf8) {
                began.raise()
                end.wait()
            }
            return .now(Response(.ok, body: Array("done.".utf8)))
        }
    }

    @Test func aRequestThatBlocksTheLoopIsOnTheScoreboard() async throws {
        let (began, end) = (Flag(), Flag())
        try await LoopThread.serving(spinning(began, end)) { port, slot in
            // The request may be read in the very pass that takes the connection over.
            let before = MonotonicClock.now
            let client = try Client(port: port)
            try client.send(get("/spin?secret"))
            began.wait()
            let seen = slot.inFlight
            let tick = slot.lastTick
            end.raise()
            _ = try client.read(to: "done.")
            #expect(seen.map { "\($0.method) \($0.target)" } == ["GET /spin"])
            #expect(seen.allSatisfy { $0.started >= before && $0.started <= MonotonicClock.now })
            #expect(tick >= before && tick <= seen[0].started)
            #expect(
                slot.inFlight.isEmpty && slot.metrics.requests.count == 1 && slot.metrics.requests.latency.total == 1)
        }
    }

    @Test func requestsThatWaitAreOnTheScoreboardUntilAnswered() async throws {
        let (started, finish) = (Gate(), Gate())
        let application = Function { request in
            .later {
                if request.path.last == UInt8(ascii: "2") { started.open() }
                await finish.wait()
                return Response(.ok, body: Array("done.".utf8))
            }
        }
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/1") + get("/2"))
            await started.wait()
            #expect(slot.inFlight.map(\.target) == ["/1", "/2"])
            finish.open()
            let both = try client.read { $0.split(separator: "done.").count == 2 && $0.hasSuffix("done.") }
            #expect(!both.isEmpty && slot.inFlight.isEmpty && slot.metrics.requests.count == 2)
        }
    }

    @Test func aRequestWhoseClientLeavesIsTakenOffTheScoreboard() async throws {
        let (started, cancelled) = (Gate(), Gate())
        let application = Function.untilCancelled(cancelled, started: started)
        try await LoopThread.serving(application) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/"))
            await started.wait()
            #expect(slot.inFlight.count == 1)
            client.reset()
            await cancelled.wait()
            #expect(slot.inFlight.isEmpty)
        }
    }

    @Test func aStuckLoopGetsNoMoreConnections() async throws {
        let (began, end) = (Flag(), Flag())
        try await LoopThread.serving(spinning(began, end)) { port, slot in
            let first = try Client(port: port)
            try first.send(get("/spin"))
            began.wait()
            #expect(!slot.isStalled)
            let second = try Client(port: port)
            let limit = MonotonicClock.now + .seconds(20)
            while !slot.isStalled, MonotonicClock.now < limit { sched_yield() }
            #expect(slot.isStalled)
            // It stays in the listener's queue, for other workers.
            let third = try Client(port: port)
            try third.send(get("/"))
            for _ in 0..<1000 { sched_yield() }
            #expect(slot.accepted == 2 && slot.connections == 2)
            end.raise()
            #expect(try third.read(to: "done.").hasPrefix("HTTP/1.1 200"))
            #expect(!slot.isStalled && slot.accepted == 3)
            try second.send(get("/"))
            #expect(try second.read(to: "done.").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aWorkerAsksOnceToBeReplacedAndServesOn() async throws {
        let count = Counter()
        let recycling = Recycling(after: 3, jitter: 0) { _ in count.add() }
        try await LoopThread.serving(echo, recycling: recycling) { port, _ in
            let client = try Client(port: port)
            for number in 1...7 {
                try client.send(get("/\(number)"))
                _ = try client.read(to: "/\(number)")
                #expect(count.value == (number < 3 ? 0 : 1))
            }
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .acquiring) }

        func add() {
            count.add(1, ordering: .releasing)
        }
    }
}
