import Foundation
import TestSupport
import Testing

/// A 201 that a client has read is a promise, whatever is killed then.
@Suite(.serialized) struct DurabilityTests {
    /// What is done to a server that is under load.
    private enum Blow: CaseIterable {
        case killAWorker, killTheWorkers, killTheMaster, killAllAtOnce, killTheMasterAsItStarts, reload,
            killAWorkerInAReload, stop
    }

    @Test func whatWasAcknowledgedSurvivesEveryKill() throws {
        let seed = UInt64.random(in: 0...999_999)
        var random = SeededGenerator(seed: seed)
        var servers = [try TestServer(workers: 2, on: .unix)]
        let folder = servers[0].folder
        var processes = Set(servers[0].workers)
        let address = servers[0].address
        let writers = RecipeWriters(address, count: 6)
        func waitUntilNobodyListens() throws {
            try Machine.wait(for: "the end of all workers") { (try? Client(address)) == nil }
        }
        let blows = (0..<3).flatMap { _ in Blow.allCases.shuffled(using: &random) }
        for blow in blows {
            let (master, workers) = (servers.last!.master, servers.last!.workers)
            try writers.waitForMore(than: .random(in: 1...60, using: &random))
            let mark = master.mark
            switch blow {
            // Whoever is killed may be draining, and then nobody takes its place.
            case .killAWorker: kill(try #require(workers.randomElement(using: &random)), SIGKILL)
            case .killTheWorkers: for worker in workers { kill(worker, SIGKILL) }
            case .killTheMaster, .killTheMasterAsItStarts: master.signal(SIGKILL)
            case .killAllAtOnce: for pid in [master.pid] + workers { kill(pid, SIGKILL) }
            case .reload:
                master.signal(SIGHUP)
                try master.waitFor("reload complete", from: mark)
            case .killAWorkerInAReload:
                master.signal(SIGHUP)
                try master.waitFor("prestart started", from: mark)
                kill(try #require(workers.randomElement(using: &random)), SIGKILL)
                try master.waitFor("reload complete", from: mark)
            case .stop:
                master.signal(SIGTERM)
                #expect(try master.waitForExit() == 0)
            }
            let isServerGone = ![.killAWorker, .killTheWorkers, .reload, .killAWorkerInAReload].contains(blow)
            if isServerGone { try waitUntilNobodyListens() }
            if blow == .killTheMasterAsItStarts {
                let master = try TestServer.start(in: folder, ["--workers", "2", "--bind", "unix:\(folder)/http.sock"])
                try master.waitFor("prestart started")
                usleep(.random(in: 0...50_000, using: &random))
                processes.formUnion(Machine.children(of: master.pid))
                master.signal(SIGKILL)
                try waitUntilNobodyListens()
            }
            if isServerGone { servers.append(try TestServer(workers: 2, on: .unix, folder: folder)) }
            processes.formUnion(servers.last!.workers)
        }
        try writers.waitForMore(than: 20)
        let outcome = writers.stop()
        let master = servers.last!.master
        master.signal(SIGTERM)
        #expect(try master.waitForExit() == 0)
        for pid in processes { try Machine.waitForEnd(of: pid) }
        print("seed \(seed): \(blows.count) blows, \(outcome.summary)")
        #expect(outcome.unexpected == [])
        #expect(outcome.contradictions(with: StoredRecipes(folder + "/recipes.db")) == [], "seed \(seed)")
        #expect(!outcome.unanswered.isEmpty, "requests were in flight")
    }
}
