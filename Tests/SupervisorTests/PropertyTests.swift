import Supervisor
import Testing

/// Long random lives of a master, and what must hold after each event.
@Suite struct PropertyTests {
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func whateverHappensThePromisesHold(seed: UInt64) throws {
        var life = Life(seed: seed)
        for _ in 0..<400 where life.world.outcome == nil {
            let before = life.world.supervisor
            let (what, effects) = try life.step()
            let broken = life.brokenPromises(before, effects)
            try #require(broken.isEmpty, "seed \(seed), after \(what): \(effects)")
        }
        life.world.spawnFailure = { _ in nil }
        life.world.memory = [:]
        life.world.calm()
        #expect(life.brokenInCalm == [], "seed \(seed)")
    }

    /// What no life comes across, no life proves.
    @Test func theLivesComeAcrossEverything() throws {
        var seen: [String: Int] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            var life = Life(seed: seed)
            for _ in 0..<400 where life.world.outcome == nil { _ = try life.step() }
            for notice in life.world.notices { seen["\(notice)".prefix { $0 != "(" }.description, default: 0] += 1 }
        }
        let expected: Set = [
            "prestartBegan", "prestartTimePassed", "prestartEnded", "workerReady", "workerEnded", "workerDrains",
            "workerLeaves", "healthProblem", "healthProblemEnded",
            "gracePassed", "bootTimePassed", "workerStuck", "workerRetires", "workerKilled", "allReady",
            "workersWanted", "workersAtLimit", "reloadBegan", "reloadNoted", "reloadDone", "reloadAbandoned",
            "upgradeBegan", "upgradeNoted", "upgradeAbandoned", "upgradeDone", "overran", "stopBegan", "givenUp",
        ]
        #expect(expected.subtracting(seen.keys) == [])
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func whoGoesOnFromTheTextOfAnotherDoesTheSame(seed: UInt64) throws {
        var life = Life(seed: seed)
        for _ in 0..<200 where life.world.outcome == nil {
            if life.world.twin == nil || life.one(in: 20) { try life.world.makeTwin() }
            let (what, _) = try life.step()
            try #require(!life.world.isTwinDifferent, "seed \(seed), after \(what)")
        }
    }

    /// Nobody but who was told to end at once: that one gets no more time than by what the wait was too long.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func aLeapOfTheClockAloneTellsNobodyToGo(seed: UInt64) throws {
        var life = Life(seed: seed)
        for _ in 0..<200 where life.world.outcome == nil {
            let (what, _) = try life.step()
            var leapt = life.world
            guard let due = leapt.supervisor.nextDeadline, due > leapt.now, !leapt.isSomebodyToEndAtOnce else {
                continue
            }
            let vitals = leapt.living.map { ($0, Vitals(tick: leapt.now, poolOverdueSince: leapt.now)) }
            leapt.spawnFailure = { _ in nil }
            leapt.now = due + .milliseconds(Int64.random(in: 1001..<9_000_000, using: &life.random))
            let effects = leapt.handle(.vitals(Dictionary(uniqueKeysWithValues: vitals))) + leapt.handle(.deadline)
            let told = effects.filter(\.isToldToSomebody)
            try #require(told.isEmpty, "seed \(seed), after \(what)")
            let overruns = effects.count { if case .log(.overran) = $0 { true } else { false } }
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

extension World {
    fileprivate var isSomebodyToEndAtOnce: Bool {
        let isAnyWorker = supervisor.workers.contains {
            switch $0.state {
            case .failing, .stopping: true
            default: false
            }
        }
        return isAnyWorker || (isPrestartToldToEnd && prestart != nil)
    }
}
