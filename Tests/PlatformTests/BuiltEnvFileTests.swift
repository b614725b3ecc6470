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
        #expect(master.line("GREETING, a variable of the application, was changed") != nil)
        #expect(master.line("given: good bye") == "given: good bye the environment's 6s")
        #expect(master.line("reload complete") != nil)
    }

    @Test(arguments: ["KEEP_ALIVE=soon\n", "GREETING=\"quoted\"\n", nil])
    func aFileThatIsBrokenOrGoneLeavesAllAsItWas(text: String?) throws {
        let master = try start("GREETING=hello\nKEEP_ALIVE=5s\n")
        #expect(master.line("ready: 2 workers") != nil)
        if let text { folder.write(text, to: "b.env") } else { unlink(folder.file("b.env")) }
        master.child.signal(SIGHUP)
        #expect(master.line("reload failed: ")?.contains(folder.file("b.env")) == true)
        // And a worker that is started by now is of the old settings.
        kill(master.workers[0], SIGKILL)
        #expect(master.line("given: ", number: 3) == "given: hello the environment's 5s")
    }

    @Test func whatTheEnvironmentSaysToOthersStopsNothing() throws {
        let file = folder.write("GREETING=hello\nPIDFILES=a,b\nKEEP_ALIVE=7s\n", to: "b.env")
        let master = try BuiltMaster(
            ["--env-file", file, "--no-prestart", "--graceful-timeout", "0s"], worker: Self.worker,
            environment: [
                "SECRET": "s", "KEEP_ALIVE": "true", "LOG_FORMAT": "logfmt", "FORWARDED_ALLOW_IPS": "proxy",
                "TIMEOUT": "5m30s", "LOG_LEVEL": "INFO",
            ])
        #expect(
            master.line(
                "PIDFILES in \(file):2 is not a setting and is passed to the application; did you mean PIDFILE?") != nil
        )
        #expect(master.line("given: hello s 7s") != nil)
        for text in [
            "warning master pid=\(master.child.pid): LOG_FORMAT in the environment: 'logfmt' is ignored: ",
            "FORWARDED_ALLOW_IPS in the environment: 'proxy' is ignored: ",
            "KEEP_ALIVE in the environment: 'true' is ignored: give a duration such as 30s, 500ms or 5m30s; "
                + "keep-alive is 7s (\(file):3); to silence this warning, unset KEEP_ALIVE or set --keep-alive",
        ] { #expect(master.line(text) != nil) }
    }

    @Test func aFileThatNeedNotBeThereComesAndGoes() throws {
        let file = folder.file("b.env")
        let master = try BuiltMaster(
            ["--no-prestart", "--graceful-timeout", "0s"], worker: Self.worker,
            environment: ["BRIGADE_ENV_FILE": "-\(file)", "SECRET": "s"])
        #expect(master.line("given: ") == "given:  s 75s")
        #expect(master.line("ready: 2 workers") != nil)
        folder.write("GREETING=hello\nKEEP_ALIVE=6s\n", to: "b.env")
        master.child.signal(SIGHUP)
        #expect(master.line("KEEP_ALIVE changes from 75s to 6s") != nil)
        #expect(master.line("given: hello s 6s") != nil)
        #expect(master.line("reload complete") != nil)
        unlink(file)
        master.child.signal(SIGHUP)
        #expect(master.line("the env file \(file) is gone: its settings and variables no longer apply") != nil)
        #expect(master.line("KEEP_ALIVE changes from 6s to 75s") != nil)
        #expect(master.line("reload complete", number: 2) != nil)
    }

    /// As `systemctl reload` does it, in the environment of the unit.
    @Test func aBrokenFileDoesNotHideTheServerAndItsReloadIsAFailure() throws {
        let file = folder.write("KEEP_ALIVE=5s\n", to: "b.env")
        let environment = ["BRIGADE_ENV_FILE": "-\(file)", "RUNTIME_DIRECTORY": folder.path]
        let master = try BuiltMaster(
            ["--no-prestart", "--graceful-timeout", "0s"], worker: Self.worker, environment: environment)
        #expect(master.line("ready: 2 workers") != nil)
        let done = try BuiltCommand(["reload", "--wait"], environment: environment)
        #expect(done.status == .exited(0))
        #expect(done.output.contains("reload complete"))
        folder.write("KEEP_ALIVE=soon\n", to: "b.env")
        let abandoned = try BuiltCommand(["reload", "--wait"], environment: environment)
        #expect(abandoned.status == .exited(ExitCode.usage.rawValue))
        #expect(abandoned.errors.contains("reload failed: KEEP_ALIVE in \(file):1: invalid value 'soon'"))
        #expect(try BuiltCommand(["status"], environment: environment).status == .exited(0))
        // But one that the command itself names is what it goes by.
        #expect(try BuiltCommand(["status", "--env-file", file], environment: environment).status != .exited(0))
    }
}
