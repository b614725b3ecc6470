import Contract
import Foundation
import Supervisor
import Testing

@Suite struct SnapshotTests {
    /// What another build may have written. A change that this build could not read is a change of
    /// `UpgradeSnapshot.version`.
    private static let text = """
        {"generations":{"newest":1,"serving":1},"health":{},"lastEvent":[54,4875820019684212736],"periodicTasks":{},
        "phase":{"serving":{}},"recycleRate":{"usedUntil":[0,0]},"requested":{"reload":false,"upgrade":false},
        "slots":{"capacity":511,"slots":[{"backoff":{"next":[0,100000000000000000]},"worker":{"asksForRecycle":false,
        "id":{"generation":1,"serial":1,"slot":1},"liveness":{"from":[54,4875820019684212736],
        "loop":{"deadline":[55,15429075945974661120],"isSuspect":false,"since":[54,4875820019684212736]},
        "timeout":[1,11553255926290448384]},"mayAccept":true,"started":[54,3875820019684212736],
        "state":{"ready":{"since":[54,4875820019684212736]}}}}],"startedWorkers":1},
        "startup":{"failures":0,"isAnnounced":true,"wasEverReady":true},"target":1}
        """.replacing("\n", with: "")

    private let settings = [1: Settings(workers: 1, prestart: false)]

    private func resumed(_ text: String) throws -> Supervisor {
        let snapshot = try JSONDecoder().decode(Supervisor.Snapshot.self, from: Data(text.utf8))
        return try Supervisor(resuming: snapshot, settings: settings)
    }

    private var master: SimulatedMaster {
        var master = SimulatedMaster(workers: 1)
        master.handle(.start)
        master.now += .seconds(1)
        master.readyAll()
        return master
    }

    @Test func theTextIsWhatItWas() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(try String(decoding: encoder.encode(master.supervisor.snapshot), as: UTF8.self) == Self.text)
        #expect(try resumed(Self.text) == master.supervisor)
    }

    @Test func whatANewerBuildWritesBesidesIsIgnored() throws {
        let newer = Self.text.replacing("\"target\":1}", with: "\"target\":1,\"weather\":{\"sky\":\"blue\"}}")
            .replacing("\"mayAccept\"", with: "\"mood\":\"good\",\"mayAccept\"")
        #expect(newer != Self.text)
        #expect(try resumed(newer) == resumed(Self.text))
    }

    private static let keys = Set(text.matches(of: #/"(\w+)":/#).map { String($0.output.1) })

    /// Each key that is not optional, taken away.
    @Test(arguments: keys.subtracting(["worker", "liveness"]).sorted())
    func whatIsMissingIsRefusedByItsName(key: String) throws {
        let less = Self.text.replacing("\"\(key)\":", with: "\"gone\":")
        #expect { try resumed(less) } throws: { "\($0)".contains(key) || key == "serving" || key == "ready" }
    }

    @Test(arguments: [
        ("\"target\":1", "\"target\":0", "there cannot be 0 workers"),
        ("\"capacity\":511", "\"capacity\":0", "there are more than 0 slots"),
        ("\"slot\":1", "\"slot\":2", "the worker of slot 2 stands in slot 1"),
        ("\"id\":{\"generation\":1", "\"id\":{\"generation\":7", "generation 7 has no settings"),
    ]) func whatDoesNotFitIsRefused(old: String, new: String, message: String) {
        let wrong = Self.text.replacing(old, with: new)
        let error = #expect(throws: SnapshotError.self) { try resumed(wrong) }
        #expect(error?.description == message)
    }

    @Test func whatCannotBeReadIsRefused() {
        for (old, new) in [("\"ready\":{", "\"asleep\":{"), ("\"failures\":0", "\"failures\":\"none\"")] {
            #expect(throws: DecodingError.self) { try resumed(Self.text.replacing(old, with: new)) }
        }
    }
}
