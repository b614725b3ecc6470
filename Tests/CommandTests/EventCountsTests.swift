import Contract
import Glibc
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct EventCountsTests {
    private static let id = Worker.ID(slot: 1, generation: 1, serial: 1)

    @Test(
        arguments: [
            (.draining(until: .zero), .success, "drained"), (.stopping(until: .zero), .success, "drained"),
            (.killed, .signaled(SIGKILL), "killed"), (.failed(.bootTimeout), .signaled(SIGKILL), "stuck"),
            (.failing(until: .zero, .bootTimeout), .signaled(SIGABRT), "stuck"),
            (.booting(until: .zero), .exited(3), "boot"),
            (.booting(until: .zero), .notStarted("no"), "boot"), (.ready(since: .zero), .signaled(SIGSEGV), "signal"),
            (.ready(since: .zero), .exited(75), "recycled"), (.ready(since: .zero), .exited(9), "code"),
            (.ready(since: .zero), .success, "code"), (.draining(until: .zero), .signaled(SIGKILL), "signal"),
            (.draining(until: .zero), .exited(9), "code"),
        ] as [(Worker.State, Contract.ExitStatus, String)])
    func anExitHasOneCause(state: Worker.State, status: Contract.ExitStatus, cause: String) {
        var counts = EventCounts()
        counts.handle(.workerExited(Self.id, status, state: state, age: .zero, restart: nil))
        #expect(counts.workerExits.filter { $0.value > 0 } == [cause: 1])
        #expect(counts.workerRestarts == 0)
    }

    @Test func everyLabelIsThereFromTheStart() {
        let counts = EventCounts()
        #expect(Set(counts.workerExits.keys) == ["drained", "recycled", "boot", "stuck", "killed", "signal", "code"])
        #expect(Set(counts.reloads.keys) == ["success", "failure"])
    }

    @Test func whatHappensIsCounted() {
        var counts = EventCounts()
        counts.handle(.workerExited(Self.id, .exited(9), state: .ready(since: .zero), age: .zero, restart: .zero))
        counts.handle(.workerRecycling(Self.id, .memory(bytes: 1)))
        counts.handle(.reloadComplete(generation: 2, after: .zero))
        counts.handle(.reloadFailed(generation: 3, .prestartTimedOut))
        counts.handle(.upgradeComplete)
        counts.handle(.upgradeFailed(.checkTimedOut))
        counts.handle(.prestartExited(generation: 2, .success, after: .seconds(3), .succeeded))
        counts.handle(.prestartExited(generation: 3, .success, after: .seconds(4), .timedOut))
        #expect(counts.workerRestarts == 1 && counts.recycles["memory"] == 1)
        for outcomes in [counts.reloads, counts.upgrades, counts.prestarts] {
            #expect(outcomes == ["success": 1, "failure": 1])
        }
        #expect(counts.prestartDuration == .seconds(4))
    }
}
