import Contract
import Glibc
import Platform
import Testing

/// The env file of a server that runs.
@Suite struct BuiltEnvFileTests {
    private let folder = Folder()

    /// Says what it was given, and hears nothing more.
    private static let worker = """
        #!/bin/sh
        test "$1" = prestart && exit 0
        printf 'given: %s %s %s\\n' "$GREETING" "$SECRET" "$KEEP_ALIVE" >&2
        printf '\\001\\001' >&4
        printf '\\001\\002' >&4
        kill -STOP $$

        """

    private func start(_ text: String) throws -> BuiltMaster {
        let file = folder.write(text, to: "b.env")
        return try BuiltMaster(
            ["--env-file", file, "--no-prestart", "--graceful-timeout", "0s"], worker: Self.worker,
            environment: ["SECRET": "the environment's"])
    }

    @Test func aReloadReadsItAnewAndSaysWhatChanges() throws {
        let master = try start("GREETING=hello there\nSECRET=x\nKEEP_ALIVE=5s\nPIDFILE=\n")
        #expect(master.line("given: ") == "given: hello there the environment's 5s")
        #expect(master.line("ready: 2 workers") != nil)
        folder.write("GREETING=good bye\nKEEP_ALIVE=6s\nPIDFILE=/tmp/b.pid\n", to: "b.env")
        master.child.signal(SIGHUP)
        #expect(master.line("KEEP_ALIVE changes from 5s to 6s") != nil)
        #expect(master.line("PIDFILE changes from unset to /tmp/b.pid only at a restart") != nil)
        #expect(master.line("GREETING changes") != nil)
        #expect(master.line("given: good bye") == "given: good bye the environment's 6s")
        #expect(master.line("reload done") != nil)
    }

    @Test(arguments: ["KEEP_ALIVE=soon\n", "GREETING=\"quoted\"\n", nil])
    func aFileThatIsBrokenOrGoneLeavesAllAsItWas(text: String?) throws {
        let master = try start("GREETING=hello\nKEEP_ALIVE=5s\n")
        #expect(master.line("ready: 2 workers") != nil)
        if let text { folder.write(text, to: "b.env") } else { unlink(folder.file("b.env")) }
        master.child.signal(SIGHUP)
        #expect(master.line("reload abandoned: ")?.contains(folder.file("b.env")) == true)
        // And a worker that is started by now is of the old settings.
        kill(master.workers[0], SIGKILL)
        #expect(master.line("given: ", number: 3) == "given: hello the environment's 5s")
    }
}
