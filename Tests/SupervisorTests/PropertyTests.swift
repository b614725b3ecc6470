import Contract
import Supervisor
import Testing

/// Long random lives of a master, and what must hold after each event.
@Suite struct PropertyTests {
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func whateverHappensThePromisesHold(seed: UInt64) throws {
        var run = RandomRun(seed: seed)
        for _ in 0..<400 where run.master.exitCode == nil {
            let before = run.master.supervisor
            let (what, effects) = try run.step()
            let broken = run.violations(before, effects)
            try #require(broken.isEmpty, "seed \(seed), after \(what): \(effects)")
        }
        run.master.spawnFailure = { _ in nil }
        run.master.memory = [:]
        run.master.calm()
        #expect(run.violationsInCalm == [], "seed \(seed)")
    }

    /// What no life comes across, no life proves.
    @Test func theLivesComeAcrossEverything() throws {
        var seen: [String: Int] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            var run = RandomRun(seed: seed)
            for _ in 0..<400 where run.master.exitCode == nil { _ = try run.step() }
            for event in run.master.logged { seen["\(event)".prefix { $0 != "(" }.description, default: 0] += 1 }
        }
        let expected: Set = [
            "prestartStarted", "prestartTimedOut", "prestartExited", "workerReady", "workerExited", "workerDraining",
            "workerDrainingByItself", "healthProblem", "healthProblemResolved",
            "gracefulTimeoutPassed", "bootTimedOut", "workerStuck", "workerRecycling", "workerKilled", "serverReady",
            "targetChanged", "targetAtLimit", "reloadStarted", "reloadQueued", "reloadComplete", "reloadFailed",
            "upgradeStarted", "upgradeQueued", "upgradeFailed", "upgradeComplete", "masterStalled", "stopping",
            "startFailed",
        ]
        #expect(expected.subtracting(seen.keys) == [])
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func whoGoesOnFromTheTextOfAnotherDoesTheSame(seed: UInt64) throws {
        var run = RandomRun(seed: seed)
        for _ in 0..<200 where run.master.exitCode == nil {
            if run.master.twin == nil || run.one(in: 20) { try run.master.makeTwin() }
            let (what, _) = try run.step()
            try #require(!run.master.isTwinDifferent, "seed \(seed), after \(what)")
        }
    }

    /// Nobody but who was told to end at once: that one gets no more time than by what the wait was too long.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func aLeapOfTheClockAloneTellsNobodyToGo(seed: UInt64) throws {
        var run = RandomRun(seed: seed)
        for _ in 0..<200 where run.master.exitCode == nil {
            let (what, _) = try run.step()
            var leapt = run.master
            guard let due = leapt.supervisor.nextDeadline, due > leapt.now, !leapt.isAnyoneEndingAtOnce else {
                continue
            }
            let heartbeats = leapt.living.map { ($0, Heartbeat(loop: leapt.now, poolOverdueSince: leapt.now)) }
            leapt.spawnFailure = { _ in nil }
            leapt.now = due + .milliseconds(Int64.random(in: 1001..<9_000_000, using: &run.random))
            let effects =
                leapt.handle(.heartbeats(Dictionary(uniqueKeysWithValues: heartbeats))) + leapt.handle(.deadline)
            let told = effects.filter(\.isToldToSomebody)
            try #require(told.isEmpty, "seed \(seed), after \(what)")
            let overruns = effects.count { if case .log(.masterStalled) = $0 { true } else { false } }
            try #require(overruns == 1, "seed \(seed), after \(what)")
        }
    }
}

extension Effect {
    /// Something is said to a process that runs.
    fileprivate var isToldToSomebody: Bool {
        switch self {
        case .send, .signal, .signalPrestart, .killUpgradeCheck: true
        default: false
        }
    }
}

extension SimulatedMaster {
    fileprivate var isAnyoneEndingAtOnce: Bool {
        let isAnyWorker = supervisor.workers.contains {
            switch $0.state {
            case .failing, .stopping: true
            default: false
            }
        }
        return isAnyWorker || (isPrestartToldToEnd && prestart != nil)
    }
}
