import CLinux
import Contract
import Glibc
import Platform
import Testing

/// A prestart that does not end.
@Suite struct BuiltPrestartTests {
    @Test func oneThatHangsIsStoppedAndTheStartIsExitCode5() throws {
        let master = try BuiltMaster(
            ["--prestart-timeout", "300ms"], worker: "#!/bin/sh\ntest \"$1\" = prestart && exec sleep 1000\n")
        #expect(master.end() == .exited(ExitCode.prestart.rawValue))
        #expect(master.line("prestart has not finished within prestart-timeout (0.3") != nil)
        #expect(master.line("it took longer than --prestart-timeout allows (killed by SIGTERM)") != nil)
        #expect(!master.everything.contains("worker started"))
    }

    @Test func oneThatIgnoresTermIsKilledWithAllThatItHasStarted() throws {
        let worker =
            "#!/bin/sh\ntest \"$1\" = prestart || exit 3\ntrap '' TERM\nsleep 1000 &\necho child $! >&2\nwait\n"
        let master = try BuiltMaster(["--prestart-timeout", "300ms"], worker: worker)
        let line = try #require(master.line("child "))
        let child = brigade_pidfd_open(try #require(Int32(line.dropFirst("child ".count))))
        defer { close(child) }
        #expect(master.line("prestart failed")?.contains("killed by SIGKILL") == true)
        #expect(master.end() == .exited(ExitCode.prestart.rawValue))
        #expect(!Poll.wait(for: [Poll.Interest(child)], atMost: .seconds(10)).isEmpty)
    }

    /// A shell that dies of TERM leaves what it has started; it ends with it all the same.
    @Test func whatAScriptHasStartedEndsWithIt() throws {
        let worker =
            "#!/bin/sh\ntest \"$1\" = prestart || exit 3\n(trap '' TERM; echo child >&2; exec sleep 1000) &\necho left behind: $! >&2\nwait\n"
        let master = try BuiltMaster(["--prestart-timeout", "60s"], worker: worker)
        #expect(master.line("child") != nil)
        let line = try #require(master.line("left behind: "))
        let child = brigade_pidfd_open(try #require(Int32(line.dropFirst("left behind: ".count))))
        defer { close(child) }
        master.child.signal(SIGTERM)
        #expect(master.end() == .exited(0))
        #expect(!Poll.wait(for: [Poll.Interest(child)], atMost: .seconds(10)).isEmpty)
    }
}
