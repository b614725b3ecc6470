import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing

@Suite struct OrphanReaperTests {
    /// Runs this very test again, as process 1 of a namespace of its own: orphans come to nobody else.
    @Test func process1ReapsOrphansAndLeavesItsOwnChildrenAlone() throws {
        if getpid() == 1 { return try reapOrphans() }
        let folder = Folder()
        let marker = folder.file("done")
        let program = try #require(CommandLine.arguments.first)
        let bundle = CommandLine.arguments.dropFirst().filter { $0.hasSuffix(".xctest") }
        let command = [program, "--testing-library", "swift-testing", "--filter", "process1Reaps"] + bundle
        let ended = try Namespace.run(Namespace.prefix() + command, ["REAPED": marker])
        #expect(ended == .exited(0))
        #expect(text(of: marker) == "2")
    }

    private func reapOrphans() throws {
        let ours = try shell("exit 5")
        #expect(!Poll.wait(for: [.init(ours.descriptor)], atMost: .seconds(20)).isEmpty)
        // Its children are this process's when it ends, ended or not.
        let parent = try shell("(exit 3) & (exec sleep 0.05) & exit 0")
        #expect(waitForEnd(of: parent) == .exited(0))
        var count = 0
        for _ in 0..<100 { count += OrphanReaper.reap(except: [ours.pid]) }
        #expect(ours.reap() == .exited(5))
        // From here on none of ours can hide them.
        let deadline = MonotonicClock.now + .seconds(20)
        while count < 2, MonotonicClock.now < deadline {
            count += OrphanReaper.reap(except: [])
            sched_yield()
        }
        #expect(OrphanReaper.reap(except: []) == 0)
        #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
        let file = open(String(cString: getenv("REAPED")), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        _ = write(file, "\(count)", 1)
        close(file)
    }

    private func shell(_ command: String) throws -> Child {
        try Launch(
            try Executable(opening: "/bin/sh"), arguments: ["-c", command], environment: ["PATH": "/usr/bin:/bin"]
        ).start(threads: 1)
    }
}
