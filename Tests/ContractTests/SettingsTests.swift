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

    @Test func whatAWorkerIsGivenReadsBackAsTheSame() throws {
        let settings = try Settings.resolved(
            flags: [
                "bind": ["[::1]:80", "unix:/run/b.sock"], "prestart": ["off"], "max-body": ["3MiB"],
                "graceful-timeout": ["1500ms"], "worker": ["./w"], "log-level": ["DEBUG"],
            ], environment: [:])
        #expect(try Settings.resolved(flags: [:], environment: settings.environment) == settings)
        #expect(try Settings.resolved(flags: [:], environment: Settings().environment) == Settings())
    }

    @Test func hostAndPortStandForBind() throws {
        let both = try Settings.resolved(flags: [:], environment: ["HOST": "::1", "PORT": "99"])
        #expect(both.bind == [.tcp(host: "::1", port: 99)])
        let port = try Settings.resolved(flags: [:], environment: ["PORT": "99", "BIND": "h:1"])
        #expect(port.bind == [.tcp(host: "h", port: 1)])
    }

    @Test(arguments: [
        ("workers", "0"), ("workers", "many"), ("bind", "8001"), ("bind", "::1:80"), ("bind", "h:65536"),
        ("bind", ":80"),
        ("bind", "unix:"), ("bind", "unix:@name"), ("bind", "unix:/tmp/"), ("bind", "http://h:80"), ("bind", "[::1]"),
        ("bind", "h:+80"), ("bind", "h:80,h:80"), ("keep-alive", "-1s"), ("keep-alive", "1 day"), ("max-body", "1MB"),
        ("prestart", "maybe"),
        ("log-level", "loud"), ("keep-alive", "99999999999999999999s"), ("max-body", "99999999999999GiB"),
    ])
    func aBadValueNamesItsFlagAndItsText(flag: String, text: String) {
        let error = #expect(throws: SettingsError.self) {
            try Settings.resolved(flags: [flag: [text]], environment: [:])
        }
        #expect(error?.description.hasPrefix("--\(flag): '\(text)' will not do: ") == true)
    }
}
