import Contract
import Foundation
import Linux
import Logging
import Platform
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct UpgradeSnapshotTests {
    private static let id = Worker.ID(slot: 1, generation: 1, serial: 1)

    /// Of a server with one worker. What is odd about it is what a text could spoil.
    private func snapshot() throws -> UpgradeSnapshot {
        var settings = Settings()
        settings.workers = 1
        settings.prestart = false
        var supervisor = Supervisor(settings, capacity: 511)
        _ = supervisor.handle(.start, at: .seconds(10))
        let worker = UpgradeSnapshot.RunningWorker(id: Self.id, pid: 4711, control: 12)
        var environment = settings.environment
        environment.merge(["A": "1", "EMPTY": "", "ODD": "a b\n%41=ü\t\"\\\u{10ffff}", "MARK": "\u{301}e"]) { $1 }
        let executable = UpgradeSnapshot.OpenFile(descriptor: 5, path: "/w", isScript: true)
        var totals = Totals()
        totals.requests = .max
        totals.lostWorkers = 3
        totals.latency.add(.microseconds(250))
        return UpgradeSnapshot(
            program: UpgradeSnapshot.OpenFile(descriptor: 9, path: "/opt/a folder/brigade"),
            arguments: ["serve", "--bind", "127.0.0.1:0", ""], started: .nanoseconds(123_456_789),
            scoreboard: UpgradeSnapshot.OpenScoreboard(descriptor: 8, entries: 1000, secret: .max),
            credentials: Credentials(
                user: 1000, group: 1001, groups: [1001, 27], login: ["HOME": "/home/ann lee", "USER": "ann"]),
            listeners: [
                UpgradeSnapshot.OpenListener(descriptor: 3, isActivated: true, address: try BindAddress("[::1]:8001")),
                UpgradeSnapshot.OpenListener(
                    descriptor: 4, isActivated: false, address: try BindAddress("unix:/run/a b=c.sock"),
                    file: FileIdentity(device: 2049, inode: .max)),
            ],
            workers: [worker],
            generations: [1: UpgradeSnapshot.OpenGeneration(executable: executable, environment: environment)],
            pidfile: UpgradeSnapshot.OpenFile(descriptor: 6, path: "/run/brigade.pid"),
            controlSocket: UpgradeSnapshot.OpenListener(
                descriptor: 7, isActivated: false, address: try BindAddress("unix:/run/control.sock")),
            metricsSocket: UpgradeSnapshot.OpenListener(
                descriptor: 10, isActivated: false, address: try BindAddress("127.0.0.1:9001")),
            totals: totals, metrics: MetricsState(), lastChange: "reload complete in 1 s",
            lastLoss: "worker 1 of generation 1: killed by SIGSEGV",
            recentEvents: Dispensable(events), supervisor: supervisor.snapshot)
    }

    private var events: RecentEvents {
        var events = RecentEvents()
        events.add(.workerLost, .error, "worker exited: killed by SIGKILL", Self.id, at: .seconds(11))
        return events
    }

    private func changed(_ old: String, to new: String) throws -> String {
        let text = try snapshot().text()
        let other = text.replacing(old, with: new)
        #expect(other != text)
        return other
    }

    @Test func whatIsWrittenIsWhatIsRead() throws {
        let snapshot = try snapshot()
        #expect(try UpgradeSnapshot(text: snapshot.text()) == snapshot)
    }

    @Test func noUpgradeFailsForWhatTheServerCanGoOnWithout() throws {
        let text = try snapshot().text()
        let strange = try UpgradeSnapshot(text: text.replacing("\"kind\":\"worker lost\"", with: "\"kind\":[1]"))
        #expect(strange.recentEvents.value == nil)
        let missing = try UpgradeSnapshot(text: text.replacing("\"recentEvents\"", with: "\"memories\""))
        #expect(missing.recentEvents.value == nil)
        #expect(missing.lastLoss == strange.lastLoss && missing.lastLoss != nil)
    }

    @Test func theSupervisorGoesOnWithTheSettingsOfItsWorkers() throws {
        let supervisor = try UpgradeSnapshot(text: snapshot().text()).resumedSupervisor()
        #expect(supervisor.workers.map(\.id) == [Self.id])
        #expect(supervisor.settings.workers == 1 && !supervisor.settings.prestart)
    }

    /// Of a newer build, say: its default in the place of a value would be another server.
    @Test func settingsThatThisBuildDoesNotUnderstandAreNotGuessed() throws {
        var snapshot = try snapshot()
        snapshot.generations[1]?.environment["KEEP_ALIVE"] = "a fortnight"
        #expect(throws: SettingsError.self) { try snapshot.resumedSupervisor() }
    }

    @Test func everyDescriptorIsKept() throws {
        #expect(try Set(snapshot().descriptors) == [3, 4, 5, 6, 7, 8, 9, 10, 12])
    }

    @Test func whatANewerBuildAddsIsIgnored() throws {
        let text = try changed("\"control\":12", to: "\"control\":12,\"mood\":\"good\"")
            .replacing("\n{", with: "\n{\"novelty\":[77],")
        #expect(try UpgradeSnapshot(text: text) == snapshot())
    }

    /// Builds before version 3 read this line too, and refuse a version that they do not know.
    @Test func theVersionComesFirst() throws {
        #expect(try snapshot().text().hasPrefix("handover version=\(UpgradeSnapshot.version)\n{"))
    }

    @Test(arguments: [2, 4]) func anotherVersionIsRefusedWithBothVersions(version: Int) throws {
        let text = try changed("version=\(UpgradeSnapshot.version)\n", to: "version=\(version)\n")
        #expect { try UpgradeSnapshot(text: text) } throws: {
            "\($0)".contains("has version \(version)") && "\($0)".contains("reads version \(UpgradeSnapshot.version)")
        }
    }

    @Test(arguments: ["", "\n", "handover", "handover version=x\n{}", "handover version=3", "handover version=3\n[]"])
    func whatIsNoSnapshotIsRefused(text: String) {
        #expect(throws: UpgradeError.self) { try UpgradeSnapshot(text: text) }
    }

    @Test func noCredentialsMeanTheMastersOwn() throws {
        var snapshot = try snapshot()
        snapshot.credentials = nil
        #expect(try UpgradeSnapshot(text: snapshot.text()).credentials == nil)
        snapshot.credentials = Credentials(user: 0, group: 0, groups: [])
        #expect(try UpgradeSnapshot(text: snapshot.text()) == snapshot)
    }

    @Test func aScoreboardOfAnotherLayoutIsRefusedBeforeAnythingIsReplaced() throws {
        let text = try changed("\"layout\":\(Scoreboard.version)", to: "\"layout\":\(Scoreboard.version + 1)")
        #expect { try UpgradeSnapshot(text: text) } throws: { "\($0)".contains("scoreboard") }
    }

    @Test func aHistogramOfAnotherLengthIsRefused() throws {
        var snapshot = try snapshot()
        snapshot.totals.latency.counts.removeLast()
        #expect(throws: UpgradeError.self) { try UpgradeSnapshot(text: snapshot.text()) }
    }

    @Test func workersThatTheSupervisorDoesNotKnowAreRefused() throws {
        var snapshot = try snapshot()
        snapshot.workers[0].id = Worker.ID(slot: 1, generation: 1, serial: 2)
        #expect { try snapshot.resumedSupervisor() } throws: { "\($0)".contains("workers") }
    }

    @Test(arguments: [
        "program", "started", "scoreboard", "listeners", "workers", "generations", "totals", "supervisor",
    ])
    func whatIsMissingIsNamed(key: String) throws {
        let text = try changed("\"\(key)\":", to: "\"gone\":")
        #expect { try UpgradeSnapshot(text: text) } throws: { "\($0)".contains("has no '\(key)'") }
    }
}
