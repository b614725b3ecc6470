import Contract
import Linux
import Glibc
import Platform
import Testing

/// `--user`, of a master that root starts.
@Suite(.enabled(if: geteuid() == 0, "only root may change users"))
struct BuiltUserTests {
    private let folder = Folder()

    /// The prestart says who it is; a worker is looked at.
    private static let worker = """
        #!/bin/sh
        if test "$1" = prestart; then
            printf 'prestart: %s %s %s %s\\n' "$(id -u)" "$HOME" "$USER" "$(grep NoNewPrivs /proc/self/status)" >&2
            exit 0
        fi
        printf '\\001\\001' >&4
        printf '\\001\\002' >&4
        kill -STOP $$

        """

    @Test func workersAndThePrestartHaveTheUsersHomeAndGainNoPrivileges() throws {
        let nobody = try #require(getpwnam("nobody")).pointee
        let home = String(cString: nobody.pw_dir)
        let file = folder.write("LOGNAME=the application's\n", to: "b.env")
        let master = try BuiltMaster(
            ["--user", "nobody", "--env-file", file, "--graceful-timeout", "0s"], worker: Self.worker,
            environment: ["HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", "OWN": "1"])
        #expect(master.line("prestart: ") == "prestart: \(nobody.pw_uid) \(home) nobody NoNewPrivs:\t1")
        #expect(master.line("ready: 2 workers") != nil)
        for pid in master.workers {
            let variables = text(of: "/proc/\(pid)/environ").split(separator: "\0").map(String.init)
            for variable in [
                "HOME=\(home)", "USER=nobody", "LOGNAME=the application's", "SHELL=\(String(cString: nobody.pw_shell))",
                "OWN=1",
            ] { #expect(variables.contains(variable), "\(variables)") }
            #expect(!variables.contains { $0.contains("root") })
            let status = text(of: "/proc/\(pid)/status").split(separator: "\n")
            #expect(status.contains("NoNewPrivs:\t1"))
            #expect(status.contains { $0.hasPrefix("Uid:\t\(nobody.pw_uid)\t") })
        }
        // The master goes on as it was.
        #expect(Self.noNewPrivileges("\(master.child.pid)") == Self.noNewPrivileges("self"))
    }

    @Test func withoutItNothingOfThemChanges() throws {
        let master = try BuiltMaster(["--graceful-timeout", "0s"], worker: Self.worker, environment: ["HOME": "/root"])
        #expect(master.line("ready: 2 workers") != nil)
        let pid = try #require(master.workers.first)
        #expect(text(of: "/proc/\(pid)/environ").split(separator: "\0").contains("HOME=/root"))
        #expect(Self.noNewPrivileges("\(pid)") == Self.noNewPrivileges("self"))
    }

    private static func noNewPrivileges(_ process: String) -> Substring? {
        text(of: "/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix("NoNewPrivs:") }
    }

    private func check(_ arguments: [String], worker: String = "/bin/true", _ environment: [String: String] = [:])
        throws -> BuiltCommand
    {
        try BuiltCommand(
            ["check", "--user", "nobody", "--workers", "2", "--worker", worker] + arguments, environment: environment)
    }

    /// The workers open it, and not the master.
    @Test func checkLooksAtTheAccessLogAsThatUser() throws {
        chmod(folder.path, 0o755)
        let log = folder.file("access.log")
        let denied = try check(["--access-log", log])
        #expect(denied.status == .exited(ExitCode.usage.rawValue))
        #expect(
            denied.errors
                == "brigade: --access-log \(log) (command line): cannot use the directory \(folder.path) (Permission denied); create it and let "
                + "this user write to it (workers run as the user nobody)\n")
        #expect(folder.names == [])
        folder.write("", to: "access.log", mode: 0o644)
        #expect(try check(["--access-log", log]).errors.contains("cannot write to \(log) (Permission denied)"))
        // What the master opens, root opens.
        #expect(try check(["--error-log", log, "--pidfile", folder.file("pid")]).status == .exited(0))
        chmod(log, 0o666)
        let command = try check(["--access-log", log])
        #expect(command.status == .exited(0))
        #expect(command.output == "settings are valid: 2 workers of /bin/true\n")
        #expect(command.errors == "")
    }

    @Test func checkAsksTheWorkerAsThatUserAndWithItsEnvironment() throws {
        let worker = folder.write(
            """
            #!/bin/sh
            printf '%s: %s %s %s %s\\n' "$1" "$(id -u)" "$HOME" "$GREETING" "$KEEP_ALIVE" >&2
            test "$GREETING" = hello

            """, to: "worker", mode: 0o755)
        let nobody = try #require(getpwnam("nobody")).pointee
        let file = folder.write("GREETING=hello\nKEEP_ALIVE=1m30s\n", to: "b.env")
        let fine = try check(["--env-file", file], worker: worker, ["HOME": "/root"])
        #expect(fine.status == .exited(0))
        #expect(fine.errors == "check: \(nobody.pw_uid) \(String(cString: nobody.pw_dir)) hello 90s\n")
        folder.write("GREETING=moin\n", to: "b.env")
        let refused = try check(["--env-file", file], worker: worker)
        #expect(refused.status == .exited(ExitCode.usage.rawValue))
        #expect(refused.output == "")
        #expect(
            refused.errors.split(separator: "\n").last?.hasPrefix(
                "brigade: '\(worker) check' as the user nobody failed: exit code 1 (invalid settings or usage); fix ")
                == true)
        let hidden = folder.write("#!/bin/sh\n", to: "hidden", mode: 0o700)
        #expect(
            try check([], worker: hidden).errors.hasPrefix(
                "brigade: cannot run the worker \(hidden) as the user nobody: this user may not execute it"))
    }
}
