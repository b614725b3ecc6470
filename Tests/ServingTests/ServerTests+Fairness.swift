import Linux
import Contract
import Glibc
import Messages
import Synchronization
import Testing

@testable import Serving

/// No connection and no burst of pipelined requests holds the loop.
extension ServerTests {
    /// Requests that were handled, in their order; `/gate` keeps the loop until all are sent.
    private final class Kitchen: Sendable {
        let began = Gate()
        private let isOpen = Atomic(false)
        private let pipelined = Atomic(0)
        private let seen = Mutex<[String: Int]>([:])

        func open() {
            isOpen.store(true, ordering: .releasing)
        }

        func handle(_ request: Request) -> Answer {
            let path = String(decoding: request.path, as: UTF8.self)
            switch path {
            case "/pipelined": pipelined.add(1, ordering: .relaxed)
            case "/gate":
                began.open()
                while !isOpen.load(ordering: .acquiring) { sched_yield() }
            default: seen.withLock { $0[path] = pipelined.load(ordering: .relaxed) }
            }
            return .now(Response(.ok, body: Array("done.".utf8)))
        }

        /// How many pipelined requests came before that one.
        func before(_ path: String) -> Int? { seen.withLock { $0[path] } }
    }

    @Test func aSmallRequestIsServedBeforeTheRestOfALargePipeline() async throws {
        let (crowd, requests) = (20, 300)
        let kitchen = Kitchen()
        try await LoopThread.serving(Function { kitchen.handle($0) }) { port, slot in
            var pipelines: [Pipeliner] = []
            for _ in 0..<crowd { pipelines.append(try Pipeliner(port: port)) }
            let other = try Client(port: port)
            let gate = try Client(port: port)
            try gate.send(get("/gate"))
            await kitchen.began.wait()
            let batch = String(repeating: get("/pipelined"), count: requests)
            for pipeline in pipelines { try pipeline.client.send(batch) }
            try other.send(get("/other"))
            kitchen.open()
            _ = try other.read(to: "done.")
            for pipeline in pipelines {
                pipeline.client.end()
                #expect(try pipeline.client.read().split(separator: "done.").count == requests)
            }
            // Each of the others has had one turn at most, however much it sent.
            #expect(try #require(kitchen.before("/other")) <= crowd * TurnBudget.usual)
        }
    }

    @Test func aNewClientIsServedBeforeTheRestOfALargePipeline() async throws {
        let kitchen = Kitchen()
        try await LoopThread.serving(Function { kitchen.handle($0) }) { port, slot in
            let pipeline = try Client(port: port)
            try pipeline.send(get("/gate"))
            await kitchen.began.wait()
            try pipeline.send(String(repeating: get("/pipelined"), count: 10_000))
            pipeline.end()
            let fresh = try Client(port: port)
            try fresh.send(get("/fresh"))
            while slot.accepted < 2 { sched_yield() }
            kitchen.open()
            _ = try fresh.read(to: "done.")
            #expect(try pipeline.read().split(separator: "done.").count == 10_001)
            #expect(try #require(kitchen.before("/fresh")) < 10_000 / 2)
        }
    }

    private final class Pipeliner {
        let client: Client

        init(port: UInt16) throws {
            client = try Client(port: port)
        }
    }
}
