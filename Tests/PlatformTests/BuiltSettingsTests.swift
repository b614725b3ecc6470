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

    @Test(arguments: [
        ([], "a command is missing; see 'brigade help'"),
        (["serv"], "there is no command 'serv'; did you mean 'serve'? See 'brigade help'"),
        (["help", "serv"], "there is no command 'serv'; did you mean 'serve'? See 'brigade help'"),
        (["cook"], "there is no command 'cook'; see 'brigade help'"),
        (["check", "--wrkers", "3"], "Unknown option '--wrkers'. Did you mean '--workers'? See 'brigade help check'"),
        (["serve", "extra"], "Unexpected argument 'extra'; see 'brigade help serve'"),
        (["config", "--workers"], "Missing value for '--workers <workers>'; see 'brigade help config'"),
        (["--nonsense"], "Unknown option '--nonsense'; see 'brigade help'"),
        (["check", "--workers", "-1"], "--workers: '-1' will not do: give a whole number from 1 to 256, or auto"),
        (["serve", "--bind", "--workers"], "--bind: '--workers' will not do: give host:port or unix:path, as in "),
        (["serve", "--log-format", "json"], "--log-format is not there yet: this version logs text"),
        (["serve", "--metrics-bind", ":9"], "--metrics-bind is not there yet: this version serves no metrics"),
        (["serve", "--forwarded-allow-ips", "::1"], "--forwarded-allow-ips is not there yet: this version takes no"),
        (["top"], "brigade top is not there yet: "), (["top", "--once"], "brigade top is not there yet: "),
    ])
    func aWrongCommandLineIsOneLineThatNamesItAndWhereHelpIs(arguments: [String], message: String) throws {
        let complaint = try complaint(arguments)
        #expect(complaint.hasPrefix(message), "\(complaint)")
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
        for setting in Setting.all {
            let usual = setting.write(Settings()).map { "; default: \($0)" } ?? ""
            #expect(words.contains("--\(setting.flag)"))
            #expect(words.contains("\(setting.help) (\(setting.variable)\(usual))"))
        }
        #expect(!words.contains("metrics-bind"))
    }

    @Test func checkSaysThatAllWillDo() throws {
        let socket = "unix:\(folder.file("socket"))"
        folder.write("KEEP_ALIVE=5s\nDATABASE_URL=x\n", to: "b.env")
        let command = try BuiltCommand(
            ["check"] + fine + [
                "--bind", socket, "--env-file", folder.file("b.env"), "--pidfile", folder.file("pid"), "--control",
                folder.file("control"), "--access-log", folder.file("log"), "--user", "0", "--log-format", "text",
            ])
        #expect(command.status == .exited(0))
        #expect(command.output == "the settings will do: 2 workers of /bin/true\n")
        #expect(command.errors == "")
        #expect(folder.names == ["b.env"])
    }

    @Test func aWarningIsNoError() throws {
        let command = try BuiltCommand(["check"] + fine, environment: ["BRIGADE_COLOUR": "red"])
        #expect(command.status == .exited(0))
        #expect(command.errors == "brigade: warning: BRIGADE_COLOUR in the environment: there is no such setting\n")
    }

    @Test(arguments: [
        (["--worker", "/no/worker"], "the worker /no/worker cannot be run: there is no such file; build it, or name"),
        (["--worker", "/etc"], "the worker /etc cannot be run: it is no file"),
        (
            ["--bind", "unix:/etc/hostname"],
            "cannot listen on unix:/etc/hostname: a file that is no socket has that name"
        ),
        (["--bind", "unix:/no/s"], "cannot listen on unix:/no/s: the folder /no cannot be used (No such file or "),
        (["--control", "/no/s"], "cannot listen on unix:/no/s: the folder /no cannot be used (No such file or "),
        (["--pidfile", "/no/pid"], "--pidfile: the folder /no cannot be used (No such file or directory); make it "),
        (["--pidfile", "/etc"], "--pidfile: /etc is a folder; give the path of a file"),
        (["--access-log", "/no/log"], "--access-log: the folder /no cannot be used (No such file or directory); "),
        (["--env-file", "/no/file"], "the env file /no/file cannot be read: No such file or directory"),
        (["--user", "no-such-user"], "there is no user 'no-such-user'; "),
        (["--group", "no-such-group"], "there is no group 'no-such-group'; "),
    ])
    func checkNamesWhatWillNotDo(arguments: [String], message: String) throws {
        let complaint = try complaint(["check"] + fine + arguments)
        #expect(complaint.hasPrefix(message), "\(complaint)")
    }

    @Test func configSaysOfEachSettingItsValueItsOriginAndWhatAChangeNeeds() throws {
        let file = folder.write("MAX_REQUESTS=100\nBACKLOG=9\nSECRET_KEY=hunter2\n", to: "b.env")
        let command = try BuiltCommand(
            ["config"] + fine + ["--bind", "[::1]:80", "--bind", "unix:/run/b"],
            environment: ["BRIGADE_ENV_FILE": file, "KEEP_ALIVE": "1500ms", "RUNTIME_DIRECTORY": "/run/brigade"])
        #expect(command.status == .exited(0))
        #expect(command.errors == "")
        #expect(!command.output.contains("hunter2"))
        let lines = command.output.split(separator: "\n").map(String.init)
        #expect(lines.last == "for the application, from the env file: SECRET_KEY")
        #expect(lines.count == 1 + Setting.all.count + 1)
        func row(_ flag: String) -> [Substring]? {
            lines.first { $0.hasPrefix("\(flag) ") }.map { line in
                line.split(separator: "  ").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
            }
        }
        #expect(row("setting") == ["setting", "value", "from", "a change needs"])
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
