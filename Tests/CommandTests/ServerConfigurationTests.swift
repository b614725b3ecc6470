import Contract
import Glibc
import Testing

@testable import BrigadeCommand

/// A configuration with an env file, which is rewritten while the server runs.
@Suite final class ServerConfigurationTests {
    private let file = "/tmp/brigade-tests-configuration-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).env"

    deinit { unlink(file) }

    private func write(_ text: String) {
        let number = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        _ = Glibc.write(number, text, text.utf8.count)
        close(number)
    }

    private func configuration(_ text: String, flags: [String: [String]] = [:], _ environment: [String: String] = [:])
        throws
        -> ServerConfiguration
    {
        write(text)
        return try ServerConfiguration(flags: flags.merging(["env-file": [file]]) { $1 }, environment: environment)
    }

    @Test func itIsRereadWithTheSameCommandLineAndEnvironment() throws {
        let before = try configuration(
            "WEB_CONCURRENCY=2\nKEEP_ALIVE=5s\nSECRET=old\nGONE=x\nSAME=y\nPIDFILE=a.pid\nBACKLOG=10\n",
            flags: ["keep-alive": ["1s"]], ["BACKLOG": "20"])
        write("WEB_CONCURRENCY=3\nKEEP_ALIVE=6s\nSECRET=new\nSAME=y\nMAX_REQUESTS=9\nBACKLOG=30\nBRIGADE_USER=1\n")
        let after = try before.reread()
        #expect(
            after.changes(from: before.settings) == [
                .init(variable: "WEB_CONCURRENCY", old: "2", new: "3", needsRestart: false),
                .init(variable: "BRIGADE_USER", old: "unset", new: "1", needsRestart: true),
                .init(variable: "PIDFILE", old: "a.pid", new: "unset", needsRestart: true),
                .init(variable: "MAX_REQUESTS", old: "off", new: "9", needsRestart: false),
            ])
        let changes = before.applicationChanges(to: after).map { "\($0.key) \($0.change)" }
        #expect(changes == ["GONE removed", "SECRET changed"])
        let running = after.settings.reloaded(over: before.settings)
        #expect(running.workers == 3)
        #expect(running.maxRequests == 9)
        #expect(running.user == nil)
        #expect(running.pidfile == "a.pid")
        #expect(running.keepAlive == .seconds(1))
        #expect(try before.reread().changes(from: after.settings) == [])
    }

    @Test func aFileThatIsGoneOrBrokenIsAnError() throws {
        let before = try configuration("WEB_CONCURRENCY=2\n")
        write("WEB_CONCURRENCY=two\n")
        let broken = #expect(throws: StartError.self) { try before.reread() }
        #expect(broken?.description.hasPrefix("WEB_CONCURRENCY in \(file):1: invalid value 'two'") == true)
        unlink(file)
        let gone = #expect(throws: StartError.self) { try before.reread() }
        #expect(gone?.code == .usage)
        #expect(gone?.description == "the env file \(file) cannot be read: No such file or directory")
    }

    @Test func aChildGetsTheEnvironmentTheFilesKeysAndTheSettings() throws {
        let configuration = try configuration(
            "SECRET=file\nONLY_FILE=1\nMAX_BODY=1MiB\nLISTEN_FDS=9\nNOTIFY_SOCKET=/x\n",
            flags: ["workers": ["2"]],
            [
                "SECRET": "environment", "PATH": "/bin", "WEB_CONCURRENCY": "8", "NOTIFY_SOCKET": "/run/n",
                "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "LISTEN_FDS": "1", "LISTEN_PIDFDID": "7",
                "BRIGADE_SLOT": "4", "PORT": "99", "PIDFILE": "/somebody's/", "BRIGADE_USER": "",
            ])
        var settings = configuration.settings
        settings.bind = [.unix(path: "/run/b")]
        let environment = configuration.childEnvironment(settings: settings, as: nil)
        let own = environment.filter { settings.environment[$0.key] == nil }
        #expect(own == ["SECRET": "environment", "PATH": "/bin", "ONLY_FILE": "1", "PORT": "99"])
        #expect(environment["WEB_CONCURRENCY"] == "2")
        #expect(environment["MAX_BODY"] == "1MiB")
        #expect(environment["BIND"] == "unix:/run/b")
        #expect(try Settings.resolved(flags: [:], environment: environment) == settings)
    }

    @Test func theNumberOfWorkersSaysWhereItComesFrom() throws {
        let auto = try ServerConfiguration(flags: [:], environment: [:])
        #expect(auto.workers >= 1)
        let reason = try #require(auto.workersReason)
        #expect(auto.sources["workers"] == .derived("auto: \(reason)"))
        let given = try ServerConfiguration(flags: ["workers": ["3"]], environment: [:])
        #expect(given.workersReason == nil)
        #expect(given.sources["workers"] == .flag)
        #expect(given.worker.hasSuffix("/recipe-worker"))
    }

    @Test(arguments: [("100MiB", 25 << 20), ("1GiB", 256 << 20), ("64GiB", 256 << 20), ("1MiB", 1 << 20)])
    func theMemoryForBuffersComesFromTheWorkersLimit(limit: String, size: Int) throws {
        let configuration = try ServerConfiguration(flags: ["max-worker-memory": [limit]], environment: [:])
        #expect(configuration.settings.bufferMemory == size)
        #expect(configuration.sources["buffer-memory"] == .derived("auto: max-worker-memory"))
        let given = try ServerConfiguration(
            flags: ["max-worker-memory": [limit], "buffer-memory": ["7MiB"]], environment: [:])
        #expect(given.settings.bufferMemory == 7 << 20)
    }

    @Test func withoutALimitItIsAShareOfTheMachine() throws {
        let one = try ServerConfiguration(flags: ["workers": ["1"]], environment: [:])
        let many = try ServerConfiguration(flags: ["workers": ["256"]], environment: [:])
        let (most, least) = (try #require(one.settings.bufferMemory), try #require(many.settings.bufferMemory))
        #expect(most <= 256 << 20 && least <= most && least >= 1 << 20)
        #expect("\(try #require(one.sources["buffer-memory"]))".contains("a worker's share of the "))
    }
}
