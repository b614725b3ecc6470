import Contract
import Testing

@Suite struct SettingsTests {
    @Test func flagsStandOverEnvironmentOverDefaults() throws {
        let settings = try Settings.resolved(
            flags: ["workers": ["2"]], environment: ["WEB_CONCURRENCY": "8", "KEEP_ALIVE": "500ms", "PORT": ""])
        #expect(settings.workers == 2)
        #expect(settings.keepAlive == .milliseconds(500))
        #expect(settings.bind == [.tcp(host: "127.0.0.1", port: 8001)])
    }

    /// Of every setting a value that is not the default.
    private static let unusual: [String: [String]] = [
        "bind": ["[::1]:80", "unix:/run/b.sock"], "workers": ["3"], "worker": ["./w"], "env-file": ["/etc/b.env"],
        "prestart": ["off"], "graceful-timeout": ["1500ms"], "worker-timeout": ["off"], "boot-timeout": ["2m"],
        "prestart-timeout": ["off"],
        "request-timeout": ["5s"], "keep-alive": ["1h"], "header-timeout": ["3"], "body-timeout": ["4"],
        "send-timeout": ["5"], "buffer-memory": ["48MiB"], "max-connections-per-address": ["6"],
        "shutdown-delay": ["10s"],
        "backlog": ["7"], "blocking-threads": ["2"], "max-connections": ["9"], "limit-request-line": ["4KiB"],
        "limit-request-field-size": ["16KiB"], "limit-request-fields": ["50"],
        "limit-request-head": ["64KiB"], "max-body": ["3MiB"],
        "max-requests": ["1000"], "max-requests-jitter": ["25"], "max-worker-memory": ["200MiB"], "max-surge": ["4"],
        "max-unavailable": ["2"], "user": ["www-data"], "group": ["33"], "umask": ["27"], "socket-mode": ["660"],
        "forwarded-allow-ips": ["10.0.0.0/8", "unix"], "proxy-protocol": ["on"], "root-path": ["/kitchen/"],
        "pidfile": ["b.pid"],
        "control": ["b.sock"], "metrics-bind": ["[::1]:9001"], "access-log": ["-"], "error-log": ["b.log"],
        "chdir": ["/srv"], "log-level": ["DEBUG"],
        "log-format": ["JSON"], "access-log-format": ["json"],
    ]

    @Test func whatAWorkerIsGivenReadsBackAsTheSame() throws {
        #expect(Set(Self.unusual.keys) == Set(SettingsSchema.all.map(\.flag)))
        let settings = try Settings.resolved(flags: Self.unusual, environment: [:])
        for setting in SettingsSchema.all {
            #expect(setting.text(in: settings) != setting.text(in: Settings()), "\(setting.flag)")
        }
        #expect(try Settings.resolved(flags: [:], environment: settings.environment) == settings)
        #expect(try Settings.resolved(flags: [:], environment: Settings().environment) == Settings())
    }

    @Test func eachSettingHasNamesOfItsOwn() {
        #expect(Set(SettingsSchema.all.map(\.flag)).count == SettingsSchema.all.count)
        #expect(Set(SettingsSchema.all.map(\.variable)).count == SettingsSchema.all.count)
        #expect(SettingsSchema.all.allSatisfy { $0.help.hasSuffix(".") && $0.help.count <= 100 })
    }

    @Test(arguments: [
        ("worker-timeout", "0s"), ("worker-timeout", "off"), ("request-timeout", "0"), ("max-requests", "0"),
        ("max-worker-memory", "0"), ("max-worker-memory", "off"), ("control", "off"), ("access-log", "off"),
    ])
    func offIsAsGoodAsZero(flag: String, text: String) throws {
        let settings = try Settings.resolved(
            flags: [flag: [text]], environment: [SettingsSchema.setting(flag).variable: "1000MiB"])
        #expect(SettingsSchema.setting(flag).text(in: settings) == "off")
    }

    @Test(arguments: [
        ("workers", "0", "give a whole number from 1 to 256, or auto"),
        ("workers", "-1", "give a whole number from 1 to 256, or auto"),
        ("workers", "+4", "give a whole number from 1 to 256, or auto"),
        ("workers", "many", "give a whole number from 1 to 256, or auto"),
        ("bind", "8001", "give host:port or unix:path, as in 127.0.0.1:8001"),
        ("bind", "::1:80", "put the IPv6 address in brackets, as in [::1]:8001"),
        ("bind", "h:65536", "the port must be a number from 0 to 65535"),
        ("bind", "h:+80", "the port must be a number from 0 to 65535"),
        ("bind", ":80", "the host is missing; 0.0.0.0 means every address"),
        ("bind", "unix:", "give the path of a socket"),
        ("bind", "unix:@name", "give the path of a file; abstract sockets are not supported"),
        ("bind", "unix:/tmp/", "give the path of a file; abstract sockets are not supported"),
        ("bind", "http://h:80", "remove the scheme, as in 127.0.0.1:8001"),
        ("bind", "[::1]", "give host:port or unix:path, as in 127.0.0.1:8001"),
        ("bind", "h:80,h:80", "h:80 is given twice"),
        ("keep-alive", "-1s", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "1 day", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "1.5.5s", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "1.s", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "30s5m", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "1s1s", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "5m30", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "5M", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "0.0005s", "give whole milliseconds"),
        ("keep-alive", "365d1ms", "give at most 8760h"),
        ("keep-alive", "99999999999999999999s", "give a duration such as 30s, 500ms or 5m30s"),
        ("keep-alive", "9223372036854775807h", "give at most 8760h"),
        ("keep-alive", "8761h", "give at most 8760h"),
        ("worker-timeout", "soon", "give a duration such as 30s, 500ms or 5m30s, or off"),
        ("boot-timeout", "0", "give more than 0s"),
        ("header-timeout", "0ms", "give more than 0s"),
        ("max-body", "1M5k", "give a size such as 16MiB, 512KiB or 1048576"),
        ("max-body", "1 MB", "give a size such as 16MiB, 512KiB or 1048576"),
        ("max-body", "1Mbit", "give a size such as 16MiB, 512KiB or 1048576"),
        ("max-body", "0.0001k", "give whole bytes"),
        ("max-body", "99999999999G", "give at most 1024GiB"),
        ("max-body", "1025GiB", "give at most 1024GiB"),
        ("max-requests", "-5", "give a whole number from 0 to 1000000000000, or off"),
        ("max-requests-jitter", "101%", "give a percentage from 0% to 100%"),
        ("max-worker-memory", "200", "give a size from 1MiB to 1024GiB, or off"),
        ("max-worker-memory", "much", "give a size such as 16MiB, 512KiB or 1048576, or off"),
        ("umask", "8", "give mode bits in octal, such as 027"),
        ("umask", "1777", "give mode bits in octal, such as 027"),
        ("umask", "-22", "give mode bits in octal, such as 027"),
        ("socket-mode", "rw-rw----", "give mode bits in octal, such as 0660"),
        ("socket-mode", "0o", "give mode bits in octal, such as 0660"),
        ("socket-mode", "1777", "give mode bits in octal, such as 0660"),
        ("socket-mode", "0x1ff", "give mode bits in octal, such as 0660"),
        ("control", "/run/", "give the path of a file; abstract sockets are not supported"),
        ("pidfile", "/run/", "give the path of a file"),
        ("access-log", "/var/log/", "give the path of a file, - or off"),
        ("prestart", "maybe", "give on or off"),
        ("log-level", "loud", "give one of trace, debug, info, notice, warning, error, critical"),
        ("max-surge", "0", "max-surge and max-unavailable cannot both be 0; set one of them to 1 or more"),
    ])
    func aBadValueNamesItsFlagAndItsTextAndWhatWouldBeRight(flag: String, text: String, advice: String) {
        let error = #expect(throws: SettingsError.self) {
            try Settings.resolved(flags: [flag: [text]], environment: [:])
        }
        #expect(error?.description.hasPrefix("--\(flag): invalid value '\(text)'") == true)
        #expect(error?.description.hasSuffix(": \(advice)") == true, "\(error?.description ?? "")")
    }

    @Test(arguments: SettingsSchema.all.map(\.flag))
    func anEmptyFlagIsNoValue(flag: String) {
        #expect(throws: SettingsError.self) { try Settings.resolved(flags: [flag: [""]], environment: [:]) }
    }

    @Test(arguments: [
        ("keep-alive", "5m30s", "330s"), ("keep-alive", "1d", "86400s"), ("keep-alive", "1.5s", "1500ms"),
        ("keep-alive", "1h30m", "5400s"), ("keep-alive", "0.5", "500ms"), ("keep-alive", "1d2h3m4s5ms", "93784005ms"),
        ("keep-alive", "5min", "300s"), ("keep-alive", "30sec", "30s"), ("keep-alive", "365d", "31536000s"),
        ("max-body", "10M", "10MiB"), ("max-body", "10k", "10KiB"), ("max-body", "10K", "10KiB"),
        ("max-body", "16MB", "16MiB"), ("max-body", "16mb", "16MiB"), ("max-body", "2Gi", "2GiB"),
        ("max-body", "1.5G", "1536MiB"), ("max-body", "5b", "5"), ("max-body", "1024GiB", "1024GiB"),
        ("buffer-memory", "64m", "64MiB"), ("worker-timeout", "OFF", "off"), ("access-log", "Off", "off"),
        ("workers", "AUTO", "auto"), ("max-requests", "Off", "off"), ("prestart", "No", "off"),
        ("log-level", "warn", "warning"), ("log-level", "INFO", "info"), ("log-level", "Warning", "warning"),
        ("log-level", "err", "error"), ("log-level", "FATAL", "critical"),
    ])
    func whatPeopleWriteIsUnderstood(flag: String, text: String, value: String) throws {
        let setting = SettingsSchema.setting(flag)
        for settings in [
            try Settings.resolved(flags: [flag: [text]], environment: [:]),
            try Settings.resolved(flags: [:], environment: [setting.variable: text]),
        ] { #expect(setting.text(in: settings) == value) }
    }
}
