import Supervisor
import Testing

@Suite struct SnapshotTests {
    /// What another build may have written: a change of it is a change of the version.
    private let text = """
        supervisor version=1 phase=serving slots=511 watchdog=none target=1 generation=1 newest-generation=1 \
        reload-wanted=no upgrade-wanted=no workers-started=1 failures-at-start=0 ever-ready=yes announced=yes \
        last-event=1001000000000 alive-due=none extension-due=none memory-due=none
        generation number=1 workers=1 prestart=no prestart-timeout=600000000000 graceful-timeout=30000000000 worker-timeout=30000000000 \
        boot-timeout=60000000000 shutdown-delay=0 surge=1 unavailable=0 max-worker-memory=none watchdog=none slots=511
        slot number=1 restart=none next-wait=100000000
        worker slot=1 generation=1 serial=1 started=1000000000000 accepts=yes state=ready since=1001000000000 retires=no \
        watched-for=30000000000 watched-from=1001000000000 loop-since=1001000000000 loop-due=1030000000000 \
        loop-suspect=no pool=no
        """

    private var lines: [String] { text.split(separator: "\n").map(String.init) }

    @Test func theTextIsWhatItWas() throws {
        var world = World(workers: 1)
        world.handle(.start)
        world.now += .seconds(1)
        world.readyAll()
        #expect(world.supervisor.snapshot.lines == lines)
        #expect(try Snapshot(lines: lines) == world.supervisor.snapshot)
    }

    @Test func whatANewerBuildWritesBesidesIsIgnored() throws {
        var newer = lines.map { $0 + " mood=good" }
        newer.insert("weather sky=blue", at: 1)
        newer.append("")
        #expect(try Snapshot(lines: newer).lines == Snapshot(lines: lines).lines)
    }

    /// Each word of each line, taken away.
    @Test func whatIsMissingIsRefusedByItsName() throws {
        for (index, line) in lines.enumerated() {
            for word in line.split(separator: " ").dropFirst() where !word.hasPrefix("prestart-timeout=") {
                var less = lines
                less[index] = line.split(separator: " ").filter { $0 != word }.joined(separator: " ")
                let error = #expect(throws: SnapshotError.self) { try Snapshot(lines: less) }
                let key = word.prefix { $0 != "=" }
                #expect(error?.description.hasSuffix("has no \(key)") ?? false, "\(error?.description ?? "")")
            }
        }
    }

    @Test func ofABuildWhosePrestartHadNoLimitItHasTheUsualOne() throws {
        let older = lines.map { $0.replacing("prestart-timeout=600000000000 ", with: "") }
        #expect(try Snapshot(lines: older) == Snapshot(lines: lines))
    }

    @Test func aLineThatIsMissingIsRefused() {
        for index in [0, 1, 2] {
            var less = lines
            less.remove(at: index)
            #expect(throws: SnapshotError.self) { try Snapshot(lines: less) }
        }
    }

    /// Each value of each line, made unreadable.
    @Test func whatCannotBeReadIsRefusedByItsName() throws {
        for (index, line) in lines.enumerated() {
            for word in line.split(separator: " ").dropFirst() {
                let key = word.prefix { $0 != "=" }
                var wrong = lines
                wrong[index] = line.replacing(word, with: "\(key)=?")
                #expect(throws: SnapshotError.self, "\(key)") { try Snapshot(lines: wrong) }
            }
        }
    }

    @Test(arguments: [
        ("version=1 ", "version=2 ", "the state is of version 2; this build reads version 1"),
        ("target=1", "target=0", "there cannot be 0 workers"),
        ("slot number=1", "slot number=2", "the slots are not numbered from 1 to at most 511"),
        ("worker slot=1 generation=1", "worker slot=1 generation=7", "there is no line 'generation number=7'"),
        ("slot number=1", "slot", "the line 'slot restart=none next-wait=100000000' has no number"),
        ("slot number=1", "slot number", "the line 'slot number restart=none next-wait=100000000' has a word without"),
    ]) func whatDoesNotFitIsRefused(old: String, new: String, message: String) {
        let wrong = lines.map { $0.replacing(old, with: new) }
        let error = #expect(throws: SnapshotError.self) { try Snapshot(lines: wrong) }
        #expect(error?.description.hasPrefix(message) ?? false, "\(error?.description ?? "")")
    }

    @Test func aWorkerWithoutASlotOfItsOwnIsRefused() {
        #expect(throws: SnapshotError.self) { try Snapshot(lines: lines + [lines[3]]) }
        #expect(throws: SnapshotError.self) {
            try Snapshot(lines: lines.map { $0.replacing("worker slot=1", with: "worker slot=9") })
        }
    }
}
