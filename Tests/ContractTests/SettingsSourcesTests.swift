import Contract
import Testing

@Suite struct SettingsSourcesTests {
    private func file(_ text: String) throws -> EnvFile {
        try EnvFile(path: "/etc/b.env", bytes: Array(text.utf8))
    }

    @Test func theFileStandsBetweenEnvironmentAndDefaults() throws {
        let resolution = try Resolution(
            flags: ["workers": ["2"]], environment: ["KEEP_ALIVE": "1s", "BACKLOG": ""],
            file: file("WEB_CONCURRENCY=8\nKEEP_ALIVE=9s\nBACKLOG=10\n\nMAX_BODY=1MiB\nLOG_LEVEL=\n"))
        #expect(resolution.settings.workers == 2)
        #expect(resolution.settings.keepAlive == .seconds(1))
        #expect(resolution.settings.backlog == 10)
        #expect(resolution.settings.maxBody == 1 << 20)
        #expect(resolution.settings.logLevel == .info)
        #expect(resolution.origins["workers"] == .flag)
        #expect(resolution.origins["keep-alive"] == .environment("KEEP_ALIVE"))
        #expect(resolution.origins["max-body"] == .file(path: "/etc/b.env", line: 5))
        #expect(resolution.origins["log-level"] == .default)
        #expect(Set(resolution.origins.keys) == Set(Setting.all.map(\.flag)))
        #expect(resolution.origins.values.map(\.description).contains("/etc/b.env:5"))
    }

    @Test func otherKeysAreTheApplications() throws {
        let resolution = try Resolution(
            flags: [:], environment: [:],
            file: file("DATABASE_URL=sqlite:///r.db\nPORT=9\nHOST=h\nEMPTY=\nMAX_BODY=1\nFOO_TIMEOUT=3\n"))
        #expect(
            resolution.application == ["DATABASE_URL": "sqlite:///r.db", "EMPTY": "", "FOO_TIMEOUT": "3"])
        #expect(resolution.settings.bind == [.tcp(host: "h", port: 9)])
    }

    @Test(arguments: [
        ("WEB_CONCURENCY=4", "WEB_CONCURENCY in /etc/b.env:2: did you mean WEB_CONCURRENCY?"),
        ("web_concurrency=4", "web_concurrency in /etc/b.env:2: did you mean WEB_CONCURRENCY?"),
        ("PROT=80", "PROT in /etc/b.env:2: did you mean PORT?"),
        ("GRACEFULTIMEOUT=1", "GRACEFULTIMEOUT in /etc/b.env:2: did you mean GRACEFUL_TIMEOUT?"),
        ("GRACEFULL_TIMOUT=1", "GRACEFULL_TIMOUT in /etc/b.env:2: did you mean GRACEFUL_TIMEOUT?"),
        ("MAX_BDOY=1", "MAX_BDOY in /etc/b.env:2: did you mean MAX_BODY?"),
        ("TIMEOUTS=1", "TIMEOUTS in /etc/b.env:2: did you mean TIMEOUT?"),
        ("BRIGADE_WORKR=w", "BRIGADE_WORKR in /etc/b.env:2: there is no such setting: did you mean BRIGADE_WORKER?"),
        ("BRIGADE_COLOUR=red", "BRIGADE_COLOUR in /etc/b.env:2: there is no such setting"),
        ("BRIGADE_SERVICE_HOST=1.2.3.4", "BRIGADE_SERVICE_HOST in /etc/b.env:2: there is no such setting"),
        (
            "BRIGADE_ENV_FILE=/etc/c.env",
            "BRIGADE_ENV_FILE in /etc/b.env:2: an env file cannot name another; give it in the environment"
        ),
        (
            "WEB_CONCURRENCY=many",
            "WEB_CONCURRENCY in /etc/b.env:2: 'many' will not do: give a whole number from 1 to 256, or auto"
        ),
        ("PORT=x", "PORT in /etc/b.env:2: 'x' will not do: the port is a number from 0 to 65535"),
        ("MAX_SURGE=0", "MAX_SURGE in /etc/b.env:2: '0' will not do while max-unavailable is 0 too: "),
        ("METRICS_BIND=:9", "METRICS_BIND in /etc/b.env:2 is not there yet: this version serves no metrics"),
    ])
    func aMistakeInTheFileNamesItsKeyAndItsLine(line: String, message: String) {
        let error = #expect(throws: SettingsError.self) {
            try Resolution(flags: [:], environment: [:], file: file("# first\n\(line)\n"))
        }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "DATABASE_URL", "PATH", "POSTGRES_HOST", "TZ", "SECRET_KEY", "DEBUG", "LOG_FILE", "KEEP_BACKUPS",
        "POOL_TIMEOUT", "SORT", "KIND", "X",
    ])
    func aKeyThatIsFarFromEverySettingIsNoMistake(key: String) throws {
        #expect(
            try Resolution(flags: [:], environment: [:], file: file("\(key)=x\n")).application == [key: "x"])
    }

    @Test func anUnknownVariableOfTheServersIsAWarning() throws {
        let resolution = try Resolution(
            flags: [:], environment: ["BRIGADE_WORKERS": "4", "BRIGADE_COLOUR": "red", "WEB_CONCURENCY": "2"],
            file: nil)
        #expect(
            resolution.warnings == [
                "BRIGADE_COLOUR in the environment: there is no such setting",
                "BRIGADE_WORKERS in the environment: there is no such setting: did you mean BRIGADE_WORKER?",
            ])
    }

    @Test(arguments: [
        ("BRIGADE_SERVICE_HOST", "10.0.0.1", true), ("BRIGADE_SERVICE_PORT", "8001", true),
        ("BRIGADE_SERVICE_PORT_HTTP", "8001", true), ("BRIGADE_PORT", "tcp://10.0.0.1:8001", true),
        ("BRIGADE_PORT_8001_TCP", "tcp://10.0.0.1:8001", true), ("BRIGADE_PORT_8001_TCP_ADDR", "10.0.0.1", true),
        ("BRIGADE_PORT_8001_TCP_PROTO", "tcp", true), ("BRIGADE_PORT_53_UDP_PORT", "53", true),
        ("BRIGADE_CANARY_SERVICE_HOST", "10.0.0.1", true), ("BRIGADE_CANARY_PORT_80_TCP_PORT", "80", true),
        ("BRIGADE_SLOT", "1", true), ("BRIGADE_CONTROL_FD", "4", true), ("BRIGADE_PRESTART", "on", true),
        ("BRIGADE_PORT", "8001", false), ("BRIGADE_PORT_EIGHTY_TCP", "x", false), ("BRIGADE_SERVICE", "x", false),
        ("BRIGADE_HOST", "x", false),
    ])
    func whatAKubernetesServiceInjectsIsNoReasonToWarn(name: String, value: String, isQuiet: Bool) throws {
        let resolution = try Resolution(flags: [:], environment: [name: value], file: nil)
        #expect(resolution.warnings.isEmpty == isQuiet)
    }

    @Test func hostAndPortStandForBind() throws {
        func bind(_ environment: [String: String], _ text: String = "") throws -> (String, String) {
            let resolution = try Resolution(flags: [:], environment: environment, file: file(text))
            let origin = try #require(resolution.origins["bind"])
            return (resolution.settings.bind.map(\.description).joined(separator: ","), "\(origin)")
        }
        #expect(try bind(["HOST": "::1", "PORT": "99"]).0 == "[::1]:99")
        #expect(try bind(["HOST": "[::1]"]).0 == "[::1]:8001")
        #expect(try bind(["PORT": "99"]) == ("127.0.0.1:99", "PORT in the environment"))
        #expect(try bind(["PORT": "99", "BIND": "h:1"]) == ("h:1", "BIND in the environment"))
        #expect(try bind([:], "PORT=7\nBIND=h:1\n") == ("h:1", "/etc/b.env:2"))
        // A platform's PORT and the file's HOST meet; and it stands over the file's BIND.
        #expect(
            try bind(["PORT": "99"], "HOST=0.0.0.0\nPORT=1\n") == (
                "0.0.0.0:99", "HOST in /etc/b.env:1 and PORT in the environment"
            ))
        #expect(try bind(["PORT": "99"], "BIND=h:1\n").0 == "127.0.0.1:99")
    }

    @Test(arguments: [
        (["PORT": "tcp://10.0.0.1:80"], "PORT in the environment: 'tcp://10.0.0.1:80' will not do: the port is"),
        (["HOST": "h", "PORT": "eighty"], "PORT in the environment: 'eighty' will not do: the port is a number"),
        (["HOST": "h:80", "PORT": "80"], "HOST in the environment: 'h:80' will not do: give a host without a port"),
        (["HOST": "http://h"], "HOST in the environment: 'http://h' will not do: give a host without a port"),
    ])
    func aBadHostOrPortIsReportedByItsOwnName(environment: [String: String], message: String) {
        let error = #expect(throws: SettingsError.self) {
            try Resolution(flags: [:], environment: environment, file: nil)
        }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasSuffix("give BIND") == environment.values.contains { $0.contains("://") })
    }

    @Test func theControlSocketStandsInTheRuntimeFolder() throws {
        func control(_ environment: [String: String]) throws -> (String?, Origin?) {
            let resolution = try Resolution(flags: [:], environment: environment, file: nil)
            return (resolution.settings.control, resolution.origins["control"])
        }
        let derived = Origin.derived("RUNTIME_DIRECTORY in the environment")
        #expect(try control(["RUNTIME_DIRECTORY": "/run/b"]) == ("/run/b/control.sock", derived))
        #expect(try control(["RUNTIME_DIRECTORY": "/run/b:/run/c"]) == ("/run/b/control.sock", derived))
        #expect(
            try control(["RUNTIME_DIRECTORY": "/run/b", "BRIGADE_CONTROL": "off"])
                == (nil, .environment("BRIGADE_CONTROL")))
        #expect(try control([:]) == (nil, .default))
        #expect(throws: SettingsError.self) {
            try control(["RUNTIME_DIRECTORY": "/" + String(repeating: "x", count: 100)])
        }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let error = #expect(throws: SettingsError.self) {
            try Resolution.reading(flags: [:], environment: ["BRIGADE_ENV_FILE": "/no/such.env"])
        }
        #expect(error?.description == "the env file /no/such.env cannot be read: No such file or directory")
    }
}
