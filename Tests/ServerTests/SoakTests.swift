import Foundation
import Testing

/// The recipe API under a mixed load, while everything is done to it that an operator can do. `./test.sh --soak 5m` runs
/// a longer one.
@Suite(.serialized) struct SoakTests {
    @Test func reloadsUpgradesAndScalingLoseNoRequest() throws {
        let plan = try SoakPlan.current()
        // Pages of a program that was just built count as dirty until they are on the disk.
        sync()
        let server = try TestServer(workers: 4)
        let master = server.master.pid
        let load = Load(server.address, threads: 8, patience: 20, keepsConnections: { $0 % 3 != 1 }, exchange: Self.mix)
        let began = ContinuousClock.now
        var mostMemory = 0
        var times: [SoakPlan.Action: Duration] = [:]
        for (index, action) in plan.actions.enumerated() {
            let due = began + plan.duration * index / plan.actions.count
            while ContinuousClock.now < due { try load.waitForMore(than: 10) }
            let start = ContinuousClock.now
            try perform(action, on: server)
            times[action, default: .zero] += ContinuousClock.now - start
            #expect(Machine.threads(of: master) == 1)
            mostMemory = max(mostMemory, Machine.privateDirty(of: master) ?? .max)
        }
        while ContinuousClock.now < began + plan.duration { try load.waitForMore(than: 10) }
        let outcome = load.stop()
        let memory = "at most \(mostMemory) KiB of private dirty memory in the master"
        print("soak of \(text(ContinuousClock.now - began)): \(outcome.summary); \(memory)")
        for action in SoakPlan.Action.allCases {
            let count = plan.actions.count { $0 == action }
            print("  \(count) × \(action), \(text(times[action, default: .zero] / max(1, count))) each")
        }
        #expect(outcome.failures == [], "\(outcome.summary)")
        #expect(mostMemory < 4096, "\(memory)")
        #expect(server.master.lines(with: "error").isEmpty)
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test func aKilledWorkerCostsTheRequestsInFlightOnItAndEachIsInTheLog() throws {
        let kills = 10
        let server = try TestServer(faulty: 4)
        let load = Load(server.address, threads: 12, patience: 20, keepsConnections: { _ in true }) { thread, number in
            // Each is a target of its own, and in flight for much longer than it is on its way. No two in step: a
            // kill must not meet many on their way.
            let time = 100 + (thread * 53 + number * 37) % 200
            return Load.Exchange(target: "/sleep/\(thread)-\(number)?ms=\(time)", words: "slept")
        }
        for _ in 0..<kills {
            try load.waitForMore(than: 12)
            let busiest = try server.status().ready.max { $0.inFlight.count < $1.inFlight.count }
            let mark = server.master.mark
            kill(try #require(busiest?.pid), SIGKILL)
            try server.master.waitFor("worker ready", from: mark)
        }
        try load.waitForMore(than: 12)
        let outcome = load.stop()
        try server.master.catchUp()
        let logged = Set(
            server.master.lines(with: "in flight").compactMap { $0.firstMatch(of: /GET (\/sleep\/[\d-]+)/)?.1 })
        // The kernel resets a connection whose last bytes its process has never read: nobody knew of that request.
        let unread = outcome.failures.filter { $0.kind == .reset }
        let lost = outcome.failures.filter { $0.kind != .reset }
        print("\(kills) kills: \(outcome.summary); \(logged.count) in flight in the log")
        let targets = Set(lost.map { $0.target.prefix { $0 != "?" } })
        #expect(logged.subtracting(targets) == [])
        // A kill can come in the microseconds between a read and its entry in the table, or an entry's end and the write.
        #expect(targets.subtracting(logged).count <= 2)
        #expect(targets.count == lost.count)
        #expect(!lost.isEmpty, "requests were in flight")
        #expect(unread.count <= kills, "\(outcome.summary)")
        let kinds = Set(lost.map(\.kind))
        #expect(kinds.isSubset(of: [.cutShort, .closedBeforeTheAnswer]), "\(kinds)")
    }

    private func text(_ time: Duration) -> String {
        time.formatted(.units(allowed: [.seconds], width: .narrow, fractionalPart: .show(length: 2)))
    }

    /// Does it, and waits until the log says that it is done.
    private func perform(_ action: SoakPlan.Action, on server: TestServer) throws {
        let mark = server.master.mark
        switch action {
        case .reload:
            server.master.signal(SIGHUP)
            try server.master.waitFor("reload complete", from: mark)
        case .upgrade:
            server.master.signal(SIGUSR2)
            try server.master.waitFor("upgrade complete", from: mark)
            try server.master.waitFor("reload complete", from: mark)
        case .more:
            server.master.signal(SIGTTIN)
            try server.master.waitFor("worker ready", from: mark)
        case .fewer:
            server.master.signal(SIGTTOU)
            try server.master.waitFor("worker exited: drained", from: mark)
        }
    }

    /// Reads of a recipe, refusals, and posts of 16 KiB: most of them refused, so that the disk is not what is tested.
    private static func mix(_ thread: Int, _ number: Int) -> Load.Exchange {
        let json = ["Content-Type: application/json"]
        switch (thread + number) % 4 {
        case 0: return Load.Exchange(target: "/api/v1/recipes/1", words: "Chicken Vesuvio")
        case 1:
            let id = 1_000_000 * (thread + 1) + number
            return Load.Exchange(target: "/api/v1/recipes/\(id)", status: 404, words: "Recipe with ID \(id) not found")
        case 2 where number % 64 == 2:
            let body = #"{"label":"Soup \#(number)","source":"\#(filler)","url":"https://e.com/","submitter_id":1}"#
            return Load.Exchange(
                method: "POST", target: "/api/v1/recipes/", fields: json, body: body, status: 201,
                words: "Soup \(number)")
        default:
            let body = #"{"label":"Soup \#(number)","source":"\#(filler)"}"#
            return Load.Exchange(
                method: "POST", target: "/api/v1/recipes/", fields: json, body: body, status: 422,
                words: #""loc":["body","url"]"#)
        }
    }

    private static let filler = String(repeating: "a pinch of salt ", count: 1024)
}
