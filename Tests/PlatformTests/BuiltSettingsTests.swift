import Linux
import Contract
import Glibc
import Platform
import Testing

/// The command line, as a user meets it.
@Suite struct BuiltSettingsTests {
    private let folder = Folder()

    /// Of `check` the flags that make everything else right.
    private var fine: [String] { ["--worker", "/bin/true", "--workers", "2"] }

    private func complaint(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
        let command = try BuiltCommand(arguments, environment: environment)
        #expect(command.status == .exited(ExitCode.usage.rawValue))
        #expect(command.output == "")
        #expect(command.errors.hasPrefix("brigade: ") && command.errors.hasSuffix("\n"))
        #expect(command.errors.split(separator: "\n").count == 1)
        return String(command.errors.dropFirst("brigade: ".count).dropLast())
    }

    @Test func theVersionIsSaid() throws {
        let command = try BuiltCommand(["--version"])
        #expect(command.status == .exited(0))
        #expect(command.output == "brigade \(Version.text)\n")
    }

    /// As gunicorn has them.
    @Test func theShortFlagsAreThoseThatPeopleKnow() throws {
        let short = try BuiltCommand(["config", "-b", "127.0.0.1:9", "-w", "3", "-t", "7s", "--worker", "/bin/true"])
        let long = try BuiltCommand([
            "config", "--bind", "127.0.0.1:9", "--workers", "3", "--worker-timeout", "7s", "--worker", "/bin/true",
        ])
        #expect(short.status == .exited(0))
        #expect(short.output == long.output)
        #expect(short.output.contains("127.0.0.1:9") && short.output.contains("7s"))
    }

    @Test func aControlSocketThatIsNowhereIsToldWithEachPlaceThatWasLookedAt() throws {
        guard access("/run/brigade/control.sock", F_OK) != 0 else { return }
        let text = try complaint(["status"])
        for place in ["BRIGADE_CONTROL", "RUNTIME_DIRECTORY", "/run/brigade/control.sock", "--control"] {
            #expect(text.contains(place), "\(text)")
        }
    }

    @Test(arguments: [
        ([], "a command is missing; see 'brigade help'"),
        (["serv"], "unknown command 'serv'; did you mean 'serve'? See 'brigade help'"),
        (["help", "serv"], "unknown command 'serv'; did you mean 'serve'? See 'brigade help'"),
        (["cook"], "unknown command 'cook'; see 'brigade help'"),
        (["check", "--wrkers", "3"], "Unknown option '--wrkers'. Did you mean '--workers'? See 'brigade help check'"),
        (["serve", "extra"], "Unexpected argument 'extra'; see 'brigade help serve'"),
        (["config", "--workers"], "Missing value for '--workers <number|auto>'; see 'brigade help config'"),
        (["--nonsense"], "Unknown option '--nonsense'; see 'brigade help'"),
        (["check", "--workers", "-1"], "--workers: invalid value '-1': give a whole number from 1 to 256, or auto"),
        (["serve", "--bind", "--workers"], "--bind: invalid value '--workers': give host:port or unix:path, as in "),
        (["serve", "--log-format", "logfmt"], "--log-format: invalid value 'logfmt': give text or json"),
        (["serve", "--metrics-bind", ":9"], "--metrics-bind: invalid value ':9': the host is missing"),
        (
            ["serve", "--forwarded-allow-ips", "10.0.0.1/8"],
            "--forwarded-allow-ips: invalid value '10.0.0.1/8': '10.0.0.1/8' has bits after its prefix; write 10.0.0.0/8"
        ),
        (
            ["serve", "--root-path", "kitchen"],
            "--root-path: invalid value 'kitchen': give a path such as /kitchen, of letters, digits and -._~"
        ),
        (
            ["top", "--interval", "1ms"],
            "The value '1ms' is invalid for '--interval <duration>': --interval '1ms': give a time"
        ),
        (
            ["log-level", "loud"],
            "The value 'loud' is invalid for '<level>': 'loud': give one of trace, debug, info, notice"
        ),
        (["inflight", "--limit", "0"], "--limit 0: give 1 to 1000; see 'brigade help inflight'"),
    ])
    func aWrongCommandLineIsOneLineThatNamesItAndWhereHelpIs(arguments: [String], message: String) throws {
        let complaint = try complaint(arguments)
        #expect(complaint.hasPrefix(message), "\(complaint)")
    }

    @Test(arguments: [
        ("PIDFILE", "/no/pid", "cannot use the directory /no"),
        ("ACCESS_LOG", "/no/log", "cannot use the directory /no"),
        ("ERROR_LOG", "/no/log", "cannot use the directory /no"), ("BRIGADE_USER", "no-such-user", "there is no user"),
        ("BRIGADE_GROUP", "no-such-group", "there is no group"),
        ("BRIGADE_CHDIR", "/no", "cannot change to the directory /no"),
        ("BRIGADE_CONTROL", "/no/s", "cannot listen on unix:/no/s"),
        ("ACCESS_LOG", "/dev/fd/199", "cannot write to /dev/fd/199"),
    ])
    func aPlaceOfTheEnvironmentIsNamedByItsVariable(variable: String, value: String, message: String) throws {
        let command = try BuiltCommand(["check"] + fine, environment: [variable: value])
        #expect(command.status == .exited(ExitCode.usage.rawValue))
        #expect(
            command.errors.hasPrefix("brigade: \(variable)=\(value) (environment): \(message)"), "\(command.errors)")
    }

    /// The journal takes the level away, and colours the line by it.
    @Test func errorsAndWarningsTellTheJournalTheirLevel() throws {
        let shell = ["-c", "exec 2>\"$1\"; export JOURNAL_STREAM=$(stat -c %d:%i \"$1\"); shift; exec \"$@\"", "sh"]
        let errors = folder.file("errors")
        let check = ["check", "--worker", "/no/worker", "--workers", "2"]
        let launch = Launch(
            try Executable(opening: "/bin/sh"), arguments: shell + [errors, BuiltMaster.program] + check,
            environment: ["PATH": "/usr/bin:/bin", "BRIGADE_COLOUR": "red"])
        let child = try launch.start(threads: 1)
        #expect(!Poll.wait(for: [Poll.Interest(child.descriptor)], atMost: .seconds(30)).isEmpty)
        #expect(child.reap() == .exited(ExitCode.usage.rawValue))
        let lines = text(of: errors).split(separator: "\n")
        #expect(lines.first?.hasPrefix("<4>brigade: warning: BRIGADE_COLOUR in the environment") == true)
        #expect(lines.last?.hasPrefix("<3>brigade: cannot run the worker /no/worker") == true)
    }

    @Test(arguments: ["check", "serve"])
    func brigadeIsNotItsOwnWorker(word: String) throws {
        let link = folder.file("worker")
        #expect(symlink(BuiltMaster.program, link) == 0)
        let complaint = try complaint([word, "--worker", link])
        #expect(complaint.hasPrefix("cannot run the worker \(link): it is brigade itself; give the"), "\(complaint)")
    }

    @Test func checkSaysWhyAWorkerCannotBeStarted() throws {
        let script = folder.write("#!/no/interpreter\n", to: "script", mode: 0o755)
        #expect(
            try complaint(["check", "--worker", script]).contains("the interpreter or loader that it names does not"))
        let text = folder.write("no program", to: "text", mode: 0o755)
        #expect(try complaint(["check", "--worker", text]).contains("it is not a program for this machine"))
    }

    @Test(arguments: [["help"], ["--help"], ["help", "check"], ["serve", "-h"]])
    func helpIsNoError(arguments: [String]) throws {
        let command = try BuiltCommand(arguments)
        #expect(command.status == .exited(0))
        #expect(command.output.contains("USAGE: brigade"))
        #expect(command.errors == "")
    }

    @Test func helpSaysOfEverySettingItsVariableAndItsDefault() throws {
        let words = try BuiltCommand(["help", "serve"]).output.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        for setting in SettingsSchema.all {
            let usual = setting.defaultDescription.map { "; default: \($0.replacing("`", with: ""))" } ?? ""
            #expect(words.contains("--\(setting.flag)"))
            #expect(words.contains("\(setting.help) (\(setting.variable)\(usual))"))
        }
    }

    @Test func checkSaysThatTheSettingsAreValid() throws {
        let socket = "unix:\(folder.file("socket"))"
        folder.write("KEEP_ALIVE=5s\nDATABASE_URL=x\n", to: "b.env")
        let command = try BuiltCommand(
            ["check"] + fine + [
                "--bind", socket, "--env-file", folder.file("b.env"), "--pidfile", folder.file("pid"), "--control",
                folder.file("control"), "--access-log", folder.file("log"), "--user", "0", "--log-format", "text",
            ])
        #expect(command.status == .exited(0))
        let lines = command.output.split(separator: "\n")
        #expect(lines.first == "settings are valid: 2 workers of /bin/true")
        #expect(lines.last == "\(socket): mode 0666 (socket-mode): every user of this machine may connect")
        #expect(command.errors == "")
        #expect(folder.names == ["b.env"])
    }

    @Test func aWarningIsNoError() throws {
        let command = try BuiltCommand(["check"] + fine, environment: ["BRIGADE_COLOUR": "red"])
        #expect(command.status == .exited(0))
        #expect(command.errors == "brigade: warning: BRIGADE_COLOUR in the environment: unknown setting\n")
    }

    @Test func anUmaskThatWouldKeepOthersFromTheSocketIsToldThatItDoesNot() throws {
        let socket = ["--bind", "unix:\(folder.file("socket"))", "--umask", "007"]
        let command = try BuiltCommand(["check"] + fine + socket)
        #expect(command.status == .exited(0))
        #expect(
            command.errors.hasPrefix(
                "brigade: warning: --umask 007 does not apply to unix sockets, whose mode is 0666"))
        #expect(command.errors.contains("--socket-mode"))
        #expect(try BuiltCommand(["check"] + fine + socket + ["--socket-mode", "660"]).errors == "")
        let output = try BuiltCommand(["check"] + fine + socket + ["--socket-mode", "660"]).output
        #expect(output.hasSuffix("mode 0660 (socket-mode): its user and its group may connect\n"))
    }

    @Test(arguments: [
        (["--worker", "/no/worker"], "cannot run the worker /no/worker: no such file; build it, or give"),
        (["--worker", "/etc"], "cannot run the worker /etc: it is not a regular file"),
        (
            ["--bind", "unix:/etc/hostname"],
            "--bind unix:/etc/hostname (command line): cannot listen on unix:/etc/hostname: a file that is not a socket has "
        ),
        (
            ["--bind", "unix:/no/s"],
            "--bind unix:/no/s (command line): cannot listen on unix:/no/s: the directory /no cannot be used (No such file"
        ),
        (
            ["--control", "/no/s"],
            "--control /no/s (command line): cannot listen on unix:/no/s: the directory /no cannot be used (No such file"
        ),
        (
            ["--bind", "nowhere.invalid:80"],
            "--bind nowhere.invalid:80 (command line): cannot listen on nowhere.invalid:80: the host 'nowhere.invalid' cannot"
        ),
        (
            ["--bind", "192.0.2.1:8001"],
            "--bind 192.0.2.1:8001 (command line): cannot listen on 192.0.2.1:8001: this machine does not have that address"
        ),
        (
            ["--bind", "0.0.0.0:8031", "--bind", "127.0.0.1:8031"],
            "--bind 0.0.0.0:8031,127.0.0.1:8031 (command line): cannot listen on 127.0.0.1:8031: this server also listens on "
        ),
        (
            ["--bind", "127.0.0.1:8031,localhost:8031"],
            "--bind 127.0.0.1:8031,localhost:8031 (command line): cannot listen on localhost:8031: this server also listens "
        ),
        (
            ["--bind", "unix:/tmp/b.sock,unix:/tmp/../tmp/b.sock"],
            "--bind unix:/tmp/b.sock,unix:/tmp/../tmp/b.sock (command line): cannot listen on unix:/tmp/../tmp/b.sock: "
        ),
        (
            ["--bind", "unix:/tmp/b.sock", "--control", "/tmp/b.sock"],
            "--control /tmp/b.sock (command line): cannot listen on unix:/tmp/b.sock: this server also listens on "
        ),
        (
            ["--pidfile", "/no/pid"],
            "--pidfile /no/pid (command line): cannot use the directory /no (No such file or directory); create it "
        ),
        (["--pidfile", "/etc"], "--pidfile /etc (command line): /etc is a directory; give the path of a file"),
        (
            ["--pidfile", "/etc/passwd"],
            "--pidfile /etc/passwd (command line): the pidfile /etc/passwd cannot be used: it holds more than a number"
        ),
        (
            ["--access-log", "/no/log"],
            "--access-log /no/log (command line): cannot use the directory /no (No such file or directory); "
        ),
        (
            ["--chdir", "/no"],
            "--chdir /no (command line): cannot change to the directory /no (No such file or directory"
        ),
        (["--env-file", "/no/file"], "the env file /no/file cannot be read: No such file or directory"),
        (["--user", "no-such-user"], "--user no-such-user (command line): there is no user 'no-such-user'; "),
        (["--group", "no-such-group"], "--group no-such-group (command line): there is no group 'no-such-group'; "),
    ])
    func checkNamesWhatIsInvalid(arguments: [String], message: String) throws {
        let complaint = try complaint(["check"] + fine + arguments)
        #expect(complaint.hasPrefix(message), "\(complaint)")
    }

    @Test func aWorkerThatDoesNotEndItsCheckIsKilled() throws {
        let worker = folder.write("#!/bin/sh\necho $$ > \(folder.file("pid"))\nexec sleep 100\n", to: "w", mode: 0o755)
        let complaint = try complaint(["check", "--worker", worker, "--workers", "2", "--boot-timeout", "500ms"])
        #expect(complaint == "'\(worker) check' took longer than boot-timeout (500ms) and was killed")
        let pid = try #require(Int32(text(of: folder.file("pid")).dropLast()))
        #expect(kill(pid, 0) != 0)
    }

    /// conda exports a HOST that is no host.
    @Test func anInvalidAddressIsReportedWithItsKeyItsValueAndItsSource() throws {
        let host = "x86_64-conda-linux-gnu"
        let given = try complaint(["check"] + fine, ["HOST": host])
        #expect(
            given.hasPrefix("HOST=\(host) (environment): cannot listen on \(host):8001: the host '\(host)' cannot be "))
        #expect(given.hasSuffix("with --bind or BIND, which override HOST and PORT"))
        let both = try complaint(["check"] + fine, ["HOST": host, "PORT": "80"])
        #expect(both.hasPrefix("HOST=\(host) (environment) and PORT=80 (environment): "))
        let file = folder.write("# where\nBIND=\(host):80\n", to: "b.env")
        let inFile = try complaint(["check"] + fine + ["--env-file", file])
        #expect(inFile.hasPrefix("BIND=\(host):80 (\(file):2): cannot listen on \(host):80: "))
        // The start says the same, with an exit code of its own.
        let start = try BuiltCommand(["serve"] + fine, environment: ["HOST": host])
        #expect(start.status == .exited(ExitCode.bind.rawValue))
        #expect(start.errors == "brigade: \(given)\n")
    }

    @Test func addressesThatDoNotOverlapAreFine() throws {
        let binds = ["--bind", "127.0.0.1:8031,127.0.0.2:8031,127.0.0.1:8032,[::1]:8031,127.0.0.1:0,127.0.0.1:0"]
        let command = try BuiltCommand(["check"] + fine + binds)
        #expect(command.status == .exited(0), "\(command.errors)")
    }

    @Test func anAddressInUseIsValidAndReported() throws {
        let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 1)
        let command = try BuiltCommand(["check"] + fine + ["--bind", "\(listener.address)"])
        #expect(command.status == .exited(0))
        #expect(command.output.contains("\n\(listener.address): a server is listening there now"))
        let start = try BuiltCommand(["serve"] + fine + ["--bind", "\(listener.address)"])
        #expect(start.status == .exited(ExitCode.bind.rawValue))
        #expect(
            start.errors
                == "brigade: --bind \(listener.address) (command line): cannot listen on \(listener.address): another server "
                + "listens there; stop it, or choose another address with --bind or BIND\n")
        #expect(listener.problem == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become another user"))
    func aPortThatThisUserMayNotHaveIsToldByBoth() throws {
        let program = "/usr/bin/setpriv"
        guard access(program, X_OK) == 0,
            text(of: "/proc/sys/net/ipv4/ip_unprivileged_port_start").hasPrefix("1024")
        else { try Test.cancel("setpriv(1) is not here, or the port is anybody's") }
        let path = folder.file("out")
        chmod(folder.path, 0o777)
        for (command, code) in [("check", ExitCode.usage), ("serve", .bind)] {
            let line =
                "\(program) --reuid 54325 --clear-groups \(BuiltMaster.program) \(command) --bind 127.0.0.1:81 "
                + "\(fine.joined(separator: " ")) >\(path) 2>&1"
            #expect(try Namespace.run(["/bin/sh", "-c", line]) == .exited(code.rawValue))
            #expect(
                text(of: path).hasPrefix(
                    "brigade: --bind 127.0.0.1:81 (command line): cannot listen on 127.0.0.1:81: permission denied; choose"
                ), "\(text(of: path))")
        }
    }

    @Test func configShowsEachSettingsValueItsSourceAndWhenAChangeTakesEffect() throws {
        let file = folder.write("MAX_REQUESTS=100\nBACKLOG=9\nSECRET_KEY=hunter2\n", to: "b.env")
        let command = try BuiltCommand(
            ["config"] + fine + ["--bind", "[::1]:80", "--bind", "unix:/run/b"],
            environment: ["BRIGADE_ENV_FILE": file, "KEEP_ALIVE": "1500ms", "RUNTIME_DIRECTORY": "/run/brigade"])
        #expect(command.status == .exited(0))
        #expect(command.errors == "")
        #expect(!command.output.contains("hunter2"))
        let lines = command.output.split(separator: "\n").map(String.init)
        #expect(lines.last == "passed to the application from the env file: SECRET_KEY")
        #expect(lines.count == 1 + SettingsSchema.all.count + 1)
        func row(_ flag: String) -> [Substring]? {
            lines.first { $0.hasPrefix("\(flag) ") }.map { line in
                line.split(separator: "  ").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
            }
        }
        #expect(row("setting") == ["setting", "value", "source", "takes effect on"])
        #expect(row("bind") == ["bind", "[::1]:80,unix:/run/b", "command line", "restart"])
        #expect(row("workers") == ["workers", "2", "command line", "restart"])
        #expect(row("keep-alive") == ["keep-alive", "1500ms", "KEEP_ALIVE in the environment", "restart"])
        #expect(row("max-requests") == ["max-requests", "100", "\(file):1", "reload"])
        #expect(row("backlog") == ["backlog", "9", "\(file):2", "restart"])
        #expect(row("boot-timeout") == ["boot-timeout", "60s", "default", "reload"])
        #expect(
            row("control")
                == ["control", "/run/brigade/control.sock", "RUNTIME_DIRECTORY in the environment", "restart"])
        #expect(row("user") == ["user", "unset", "default", "restart"])
    }
}
