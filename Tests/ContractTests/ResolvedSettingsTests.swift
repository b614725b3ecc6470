import Contract
import Testing

@Suite struct ResolvedSettingsTests {
    private func file(_ text: String) throws -> EnvFile {
        try EnvFile(path: "/etc/b.env", bytes: Array(text.utf8))
    }

    @Test func theFileStandsBetweenEnvironmentAndDefaults() throws {
        let resolved = try ResolvedSettings(
            flags: ["workers": ["2"]], environment: ["KEEP_ALIVE": "1s", "BACKLOG": ""],
            file: file("WEB_CONCURRENCY=8\nKEEP_ALIVE=9s\nBACKLOG=10\n\nMAX_BODY=1MiB\nLOG_LEVEL=\n"))
        #expect(resolved.settings.workers == 2)
        #expect(resolved.settings.keepAlive == .seconds(1))
        #expect(resolved.settings.backlog == 10)
        #expect(resolved.settings.maxBody == 1 << 20)
        #expect(resolved.settings.logLevel == .info)
        #expect(resolved.sources["workers"] == .flag)
        #expect(resolved.sources["keep-alive"] == .environment("KEEP_ALIVE"))
        #expect(resolved.sources["max-body"] == .file(path: "/etc/b.env", line: 5))
        #expect(resolved.sources["log-level"] == .default)
        #expect(Set(resolved.sources.keys) == Set(SettingsSchema.all.map(\.flag)))
        #expect(resolved.sources.values.map(\.description).contains("/etc/b.env:5"))
    }

    @Test func otherKeysAreTheApplications() throws {
        let resolved = try ResolvedSettings(
            flags: [:], environment: [:],
            file: file("DATABASE_URL=sqlite:///r.db\nPORT=9\nHOST=h\nEMPTY=\nMAX_BODY=1\nFOO_TIMEOUT=3\n"))
        #expect(
            resolved.applicationVariables == ["DATABASE_URL": "sqlite:///r.db", "EMPTY": "", "FOO_TIMEOUT": "3"])
        #expect(resolved.settings.bind == [.tcp(host: "h", port: 9)])
    }

    @Test(arguments: [
        ("BRIGADE_WORKR=w", "BRIGADE_WORKR in /etc/b.env:2: unknown setting; did you mean BRIGADE_WORKER?"),
        (
            "BRIGADE_WORKERS=4",
            "BRIGADE_WORKERS in /etc/b.env:2: unknown setting; did you mean WEB_CONCURRENCY?"
        ),
        ("BRIGADE_BIND=:1", "BRIGADE_BIND in /etc/b.env:2: unknown setting; did you mean BIND?"),
        ("BRIGADE_COLOUR=red", "BRIGADE_COLOUR in /etc/b.env:2: unknown setting"),
        ("BRIGADE_SERVICE_HOST=1.2.3.4", "BRIGADE_SERVICE_HOST in /etc/b.env:2: unknown setting"),
        (
            "BRIGADE_ENV_FILE=/etc/c.env",
            "BRIGADE_ENV_FILE in /etc/b.env:2: an env file cannot name another one; set it in the environment or by --env-file"
        ),
        (
            "WEB_CONCURRENCY=many",
            "WEB_CONCURRENCY in /etc/b.env:2: invalid value 'many': give a whole number from 1 to 256, or auto"
        ),
        ("PORT=x", "PORT in /etc/b.env:2: invalid value 'x': the port must be a number from 0 to 65535"),
        ("HOST=h:80", "HOST in /etc/b.env:2: invalid value 'h:80': give a host without a port"),
        ("HOST=http://h", "HOST in /etc/b.env:2: invalid value 'http://h': give a host without a port"),
        ("LOG_FORMAT=logfmt", "LOG_FORMAT in /etc/b.env:2: invalid value 'logfmt': give text or json"),
        ("MAX_SURGE=0", "MAX_SURGE in /etc/b.env:2: invalid value '0': max-surge and max-unavailable cannot both be 0"),
        ("METRICS_BIND=:9", "METRICS_BIND in /etc/b.env:2: invalid value ':9': the host is missing"),
    ])
    func aMistakeInTheFileNamesItsKeyAndItsLine(line: String, message: String) {
        let error = #expect(throws: SettingsError.self) {
            try ResolvedSettings(flags: [:], environment: [:], file: file("# first\n\(line)\n"))
        }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("WEB_CONCURENCY=4", "WEB_CONCURRENCY"), ("web_concurrency=4", "WEB_CONCURRENCY"), ("PROT=80", "PORT"),
        ("GRACEFULTIMEOUT=1", "GRACEFUL_TIMEOUT"), ("GRACEFULL_TIMOUT=1", "GRACEFUL_TIMEOUT"),
        ("MAX_BDOY=1", "MAX_BODY"), ("TIMEOUTS=1", "TIMEOUT"), ("TIMEOUTT=60", "TIMEOUT"), ("HOSTS=a,b", "HOST"),
        ("PIDFILES=x", "PIDFILE"), ("LOG_FROMAT=json", "LOG_FORMAT"), ("WORKERS=7", "WEB_CONCURRENCY"),
        ("workers=7", "WEB_CONCURRENCY"), ("WORKER_TIMEOUT=5s", "TIMEOUT"), ("CONTROL=/c", "BRIGADE_CONTROL"),
        ("UMASK=027", "BRIGADE_UMASK"), ("CHDIR=/srv", "BRIGADE_CHDIR"), ("SOCKET_MODE=660", "BRIGADE_SOCKET_MODE"),
    ])
    func aKeyThatMayBeASlipIsTheApplicationsAndAWarning(line: String, meant: String) throws {
        let key = String(line.prefix { $0 != "=" })
        let resolved = try ResolvedSettings(flags: [:], environment: [:], file: file("# first\n\(line)\n"))
        #expect(resolved.settings == Settings())
        #expect(Array(resolved.applicationVariables.keys) == [key])
        #expect(
            resolved.warnings == [
                "\(key) in /etc/b.env:2 is not a setting and is passed to the application; did you mean \(meant)? "
                    + "If not, silence this warning with the empty line '\(meant)='"
            ])
        // What it says does it.
        let quiet = try ResolvedSettings(flags: [:], environment: [:], file: file("\(line)\n\(meant)=\n"))
        #expect(quiet.settings == Settings())
        #expect(Array(quiet.applicationVariables.keys) == [key])
        #expect(quiet.warnings == [])
    }

    @Test func whoeverGivesTheSettingItselfMeansTheOtherKeyAsItStands() throws {
        func warnings(_ flags: [String: [String]], _ environment: [String: String]) throws -> Int {
            try ResolvedSettings(flags: flags, environment: environment, file: file("TIMEOUTS=1\nHOSTS=h\n")).warnings
                .count
        }
        #expect(try warnings([:], [:]) == 2)
        #expect(try warnings([:], ["PORT": "9"]) == 2)
        #expect(try warnings(["worker-timeout": ["30s"]], [:]) == 1)
        #expect(try warnings([:], ["TIMEOUT": "soon"]) == 3)
        #expect(try warnings(["worker-timeout": ["30s"]], ["HOST": "h"]) == 0)
        #expect(try warnings(["bind": ["h:1"]], ["TIMEOUT": "3"]) == 0)
    }

    @Test(arguments: [
        (
            "TIMEOUT", "soon",
            "worker-timeout is 30s (default); to silence this warning, unset TIMEOUT or set --worker-timeout"
        ),
        (
            "LOG_LEVEL", "loud",
            "log-level is info (default); to silence this warning, unset LOG_LEVEL or set --log-level"
        ),
        ("KEEP_ALIVE", "true", "keep-alive is 9s (/etc/b.env:1); to silence this warning, unset KEEP_ALIVE or set"),
        ("PIDFILE", "/run/", "pidfile is unset (default); to silence this warning, unset PIDFILE or set --pidfile"),
        (
            "BIND", "8001",
            "bind is h:7 (HOST in /etc/b.env:2 and PORT in /etc/b.env:3); to silence this warning, unset BIND"
        ),
        (
            "PORT", "tcp://10.0.0.1:80",
            "it seems to describe another service, so set BIND; bind is h:7 (HOST in /etc/b.env"
        ),
        ("PORT", "eighty", "the port must be a number from 0 to 65535; bind is h:7 (HOST in /etc/b.env:2 and PORT in "),
        (
            "HOST", "h:80",
            "give a host without a port, as in 0.0.0.0; use PORT for the port and BIND for a unix socket; bind"
        ),
        ("HOST", "[::1", "; bind is h:7 ("),
        (
            "MAX_SURGE", "0",
            "set one of them to 1 or more; max-surge is 2 (/etc/b.env:4); to silence this warning, unset MAX_SURGE"
        ),
        ("WEB_CONCURRENCY", "\(String(repeating: "9", count: 99))", "...' is ignored: give a whole number"),
    ])
    func aSharedNamesValueThatMakesNoSenseIsPassedOver(variable: String, text: String, words: String) throws {
        let file = try file("KEEP_ALIVE=9s\nHOST=h\nPORT=7\nMAX_SURGE=2\n")
        let resolved = try ResolvedSettings(flags: [:], environment: [variable: text], file: file)
        let warning = try #require(resolved.warnings.first)
        #expect(resolved.warnings.count == 1)
        #expect(warning.hasPrefix("\(variable) in the environment: '\(text.prefix(60))"), "\(warning)")
        #expect(warning.contains(words), "\(warning)")
        #expect(resolved.settings == (try ResolvedSettings(flags: [:], environment: [:], file: file).settings))
    }

    /// A worker, or a master's heir, that is another build must not take its own default for what it does not understand.
    @Test func whatAMasterHandsOverIsStrict() throws {
        let error = #expect(throws: SettingsError.self) {
            try ResolvedSettings(flags: [:], environment: ["KEEP_ALIVE": "a fortnight"], file: nil, isFromMaster: true)
        }
        #expect(error?.description.hasPrefix("KEEP_ALIVE in the environment: invalid value 'a fortnight': ") == true)
    }

    @Test func aFlagSilencesWhatTheEnvironmentSays() throws {
        let resolved = try ResolvedSettings(
            flags: ["worker-timeout": ["5s"], "bind": ["h:1"]],
            environment: ["TIMEOUT": "soon", "PORT": "eighty", "HOST": "a:b"], file: nil)
        #expect(resolved.warnings == [])
    }

    @Test(arguments: [
        ("BRIGADE_PRESTART", "maybe"), ("BRIGADE_UMASK", "9"), ("BRIGADE_CONTROL", "@b"), ("BRIGADE_USER", "/"),
    ])
    func aNameOfTheServersOwnIsStrict(variable: String, text: String) {
        let error = #expect(throws: SettingsError.self) {
            try ResolvedSettings(flags: [:], environment: [variable: text], file: nil)
        }
        #expect(
            error?.description.hasPrefix("\(variable) in the environment: invalid value '\(text)': ") == true,
            "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "DATABASE_URL", "PATH", "POSTGRES_HOST", "TZ", "SECRET_KEY", "DEBUG", "LOG_FILE", "KEEP_BACKUPS",
        "POOL_TIMEOUT", "SORT", "KIND", "X", "USER", "GROUP", "WORKER", "ENV_FILE",
    ])
    func aKeyThatIsFarFromEverySettingIsNoMistake(key: String) throws {
        let resolved = try ResolvedSettings(flags: [:], environment: [:], file: file("\(key)=x\n"))
        #expect(resolved.applicationVariables == [key: "x"])
        #expect(resolved.warnings == [])
    }

    @Test func anUnknownVariableOfTheServersIsAWarning() throws {
        let resolved = try ResolvedSettings(
            flags: [:], environment: ["BRIGADE_WORKERS": "4", "BRIGADE_COLOUR": "red", "WEB_CONCURENCY": "2"],
            file: nil)
        #expect(
            resolved.warnings == [
                "BRIGADE_COLOUR in the environment: unknown setting",
                "BRIGADE_WORKERS in the environment: unknown setting; did you mean WEB_CONCURRENCY?",
            ])
    }

    /// Nearer by spelling are others.
    @Test(arguments: [
        ("BRIGADE_WORKERS", "WEB_CONCURRENCY"), ("BRIGADE_WEB_CONCURRENCY", "WEB_CONCURRENCY"),
        ("BRIGADE_LOG_LEVEL", "LOG_LEVEL"), ("BRIGADE_BIND", "BIND"), ("BRIGADE_TIMEOUT", "TIMEOUT"),
        ("BRIGADE_WORKER_TIMEOUT", "TIMEOUT"), ("BRIGADE_LOG_FORMAT", "LOG_FORMAT"), ("BRIGADE_PORT", "PORT"),
        ("BRIGADE_WORKR", "BRIGADE_WORKER"),
    ])
    func itsOwnNameWithThePrefixMeansTheSetting(name: String, meant: String) throws {
        let resolved = try ResolvedSettings(flags: [:], environment: [name: "1"], file: nil)
        #expect(
            resolved.warnings == ["\(name) in the environment: unknown setting; did you mean \(meant)?"])
    }

    /// They are other programs' too.
    @Test func theNameOfAFlagInTheEnvironmentIsIgnored() throws {
        let resolved = try ResolvedSettings(
            flags: [:], environment: ["WORKERS": "7", "WORKER_TIMEOUT": "5s", "CONTROL": "x", "UMASK": "0"], file: nil)
        #expect(resolved.warnings == [])
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
        let resolved = try ResolvedSettings(flags: [:], environment: [name: value], file: nil)
        #expect(resolved.warnings.isEmpty == isQuiet)
    }

    @Test func hostAndPortStandForBind() throws {
        func bind(_ environment: [String: String], _ text: String = "") throws -> (String, String) {
            let resolved = try ResolvedSettings(flags: [:], environment: environment, file: file(text))
            let source = try #require(resolved.sources["bind"])
            return (resolved.settings.bind.map(\.description).joined(separator: ","), "\(source)")
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

    @Test func theControlSocketStandsInTheRuntimeFolder() throws {
        func control(_ environment: [String: String]) throws -> (String?, SettingSource?) {
            let resolved = try ResolvedSettings(flags: [:], environment: environment, file: nil)
            return (resolved.settings.control, resolved.sources["control"])
        }
        let derived = SettingSource.derived("RUNTIME_DIRECTORY in the environment")
        #expect(try control(["RUNTIME_DIRECTORY": "/run/b"]) == ("/run/b/control.sock", derived))
        #expect(try control(["RUNTIME_DIRECTORY": "/run/b:/run/c"]) == ("/run/b/control.sock", derived))
        #expect(
            try control(["RUNTIME_DIRECTORY": "/run/b", "BRIGADE_CONTROL": "off"])
                == (nil, .environment("BRIGADE_CONTROL")))
        #expect(try control([:]) == (nil, .default))
        let long = try ResolvedSettings(
            flags: [:], environment: ["RUNTIME_DIRECTORY": "/" + String(repeating: "x", count: 100)], file: nil)
        #expect(long.settings.control == nil)
        #expect(long.warnings.count == 1)
    }
}
