import Contract
import Linux
import Platform
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct HandoverTests {
    private func handover() throws -> Handover {
        var supervisor = Supervisor(Configuration(workers: 2))
        _ = supervisor.handle(.start, at: .seconds(10))
        var handover = Handover(
            program: Handover.Opened(descriptor: 9, path: "/opt/a folder/brigade", isScript: false),
            started: .nanoseconds(123_456_789),
            scoreboard: Handover.ScoreboardFact(descriptor: 8, entries: 1000, secret: .max),
            supervisor: supervisor.snapshot)
        handover.credentials = Credentials(
            user: 1000, group: 1001, groups: [1001, 27], login: ["HOME": "/home/ann lee", "USER": "ann"])
        handover.listeners = [
            Handover.ListenerFact(descriptor: 3, isActivated: true, address: try BindAddress("[::1]:8001")),
            Handover.ListenerFact(
                descriptor: 4, isActivated: false, address: try BindAddress("unix:/run/a b=c.sock"),
                file: FileIdentity(device: 2049, inode: .max)),
        ]
        let id = Worker.ID(slot: 1, generation: 1, serial: 1)
        handover.workers = [Handover.WorkerFact(id: id, pid: 4711, control: 12)]
        let executable = Handover.Opened(descriptor: 5, path: "/w", isScript: true)
        let environment = ["A": "1", "EMPTY": "", "ODD": "a b\n%41=ü\t", "MARK": "\u{301}e"]
        handover.generations = [1: Handover.GenerationFact(executable: executable, environment: environment)]
        handover.arguments = ["serve", "--bind", "127.0.0.1:0", ""]
        handover.pidfile = Handover.NamedDescriptor(descriptor: 6, path: "/run/brigade.pid")
        handover.control = Handover.ListenerFact(
            descriptor: 7, isActivated: false, address: try BindAddress("unix:/run/control.sock"))
        handover.totals.requests = 99
        handover.totals.lost = 3
        handover.totals.latency.add(.microseconds(250))
        handover.lastChange = "reload done in 1 s"
        return handover
    }

    @Test func whatIsWrittenIsWhatIsRead() throws {
        let handover = try handover()
        #expect(try Handover(text: handover.text) == handover)
    }

    /// Of a newer build, say: its default in the place of a value would be another server.
    @Test func settingsThatThisBuildDoesNotUnderstandAreNoneToGoOnWith() throws {
        var handover = try handover()
        #expect(try handover.running() == Settings())
        handover.generations[1]?.environment["KEEP_ALIVE"] = "a fortnight"
        #expect(throws: SettingsError.self) { try handover.running() }
    }

    @Test func everyDescriptorIsKept() throws {
        #expect(try Set(handover().descriptors) == [3, 4, 5, 6, 7, 8, 9, 12])
    }

    @Test func whatANewerBuildAddsIsPassedOver() throws {
        let handover = try handover()
        let text = handover.text.replacing("worker slot=1", with: "worker mood=good slot=1") + "novelty fd=77\n"
        #expect(try Handover(text: text) == handover)
    }

    @Test func anotherVersionIsRefused() throws {
        let text = try handover().text.replacing("handover version=2", with: "handover version=3")
        #expect(throws: HandoverError.self) { try Handover(text: text) }
    }

    @Test func nobodyIsChangedTo() throws {
        var handover = try handover()
        handover.credentials = nil
        #expect(try Handover(text: handover.text).credentials == nil)
        handover.credentials = Credentials(user: 0, group: 0, groups: [])
        #expect(try Handover(text: handover.text) == handover)
    }

    @Test func aScoreboardOfAnotherLayoutIsRefusedBeforeAnythingIsReplaced() throws {
        let text = try handover().text
        let other = text.replacing(
            "scoreboard version=\(Scoreboard.version)", with: "scoreboard version=\(Scoreboard.version + 1)")
        #expect(other != text)
        #expect { try Handover(text: other) } throws: { "\($0)".contains("scoreboard") }
    }

    @Test func workersThatTheSupervisorDoesNotKnowAreRefused() throws {
        let handover = try handover()
        #expect { try handover.verify() } throws: { "\($0)".contains("workers") }
    }

    @Test(arguments: ["master", "totals", "program", "supervisor", "handover", "scoreboard", "credentials"])
    func whatIsMissingIsNamed(kind: String) throws {
        let lines = try handover().text.split(separator: "\n").filter { !$0.hasPrefix("\(kind) ") }
        #expect { try Handover(text: lines.joined(separator: "\n")) } throws: {
            "\($0)".contains("handover")
        }
    }
}
