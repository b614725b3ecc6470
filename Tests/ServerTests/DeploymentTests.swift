import Foundation
import Testing

/// New builds and settings at the paths of a running server. If they are broken, the old ones keep serving.
@Suite(.serialized) struct DeploymentTests {
    @Test(arguments: Deployment.Wreck.allCases)
    func aCrashBringsBackTheOldBuildWhateverStandsAtItsPath(wreck: Deployment.Wreck) throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let worker = try Deployment(of: BuildProducts.faultyWorker, as: folder + "/worker")
        let server = try TestServer(faulty: 2, flags: ["--worker", worker.path])
        try worker.wreck(wreck)
        let mark = server.master.mark
        for pid in server.workers { kill(pid, SIGKILL) }
        try server.master.wait(for: "two new workers") { _ in
            server.master.said(from: mark).matches(of: /worker ready/).count == 2
        }
        #expect(try server.ask("/hello").body == "hello")
    }

    @Test(arguments: Deployment.Wreck.allCases)
    func aReloadOfABrokenBuildIsAbandonedAndTheNextOneIsNot(wreck: Deployment.Wreck) throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let worker = try Deployment(of: BuildProducts.faultyWorker, as: folder + "/worker")
        let server = try TestServer(faulty: 2, flags: ["--worker", worker.path])
        let before = server.workers
        let load = Load(server.address, threads: 2) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try worker.wreck(wreck)
        let (code, output) = try server.command("reload", "--wait")
        #expect(code == 1)
        #expect(output.contains("reload failed"), "\(output)")
        #expect(server.workers == before)
        try worker.restore()
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers))
        try load.waitForMore(than: 20)
        #expect(load.stop().failures == [])
    }

    @Test func aReloadReadsTheEnvFileAnewAndSaysWhatHasChanged() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/env"
        try write("FAULTY_BUILD=one\nGRACEFUL_TIMEOUT=20s\n", to: file)
        let server = try TestServer(faulty: 2, flags: ["--env-file", file])
        #expect(try server.ask("/build").body == "one")
        try write("FAULTY_BUILD=two\nGRACEFUL_TIMEOUT=10s\n", to: file)
        let mark = server.master.mark
        #expect(try server.command("reload", "--wait").code == 0)
        #expect(try server.ask("/build").body == "two")
        try server.master.waitFor("reload complete", from: mark)
        let log = server.master.said(from: mark)
        #expect(log.contains("GRACEFUL_TIMEOUT") || log.contains("graceful-timeout"), "\(log)")
        #expect(!log.contains("two"), "the application's values may be secrets")
    }

    @Test(arguments: [nil, "GRACEFUL_TIMEOUT=soon\n", "BRIGADE_WORKR=x\n", "BRIGADE_NOTHING=1\n"])
    func anEnvFileThatIsGoneOrWrongAbandonsTheReload(text: String?) throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/env"
        try write("FAULTY_BUILD=one\n", to: file)
        let server = try TestServer(faulty: 2, flags: ["--env-file", file])
        let before = server.workers
        if let text { try write(text, to: file) } else { try FileManager.default.removeItem(atPath: file) }
        let (code, output) = try server.command("reload", "--wait")
        #expect(code == 1)
        #expect(output.contains("reload failed") && output.contains(file), "\(output)")
        #expect(server.workers == before)
        #expect(try server.ask("/build").body == "one")
        // A crash, too, has the settings of what runs.
        let mark = server.master.mark
        for pid in before { kill(pid, SIGKILL) }
        try server.master.waitFor("worker ready", from: mark)
        #expect(try server.ask("/build").body == "one")
    }

    private func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
    }

    /// Releases side by side, and a link that says which of them is the current one.
    @Test func whatTheLinkLeadsToIsWhatAReloadAndAnUpgradeFind() throws {
        let folder = try TestServer.newFolder()
        for release in ["1", "2"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(release)", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: BuildProducts.brigade, toPath: "\(folder)/\(release)/brigade")
            try FileManager.default.copyItem(
                atPath: BuildProducts.faultyWorker, toPath: "\(folder)/\(release)/recipe-worker")
        }
        let current = folder + "/current"
        #expect(symlink("1", current) == 0)
        let server = try TestServer(workers: 1, program: current + "/brigade", folder: folder)
        #expect(try program(of: server.workers[0]) == folder + "/1/recipe-worker")

        #expect(symlink("2", current + ".new") == 0 && rename(current + ".new", current) == 0)
        var mark = server.master.mark
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete", from: mark)
        try Machine.wait(for: "the old worker's end") { server.workers.count == 1 }
        #expect(try program(of: server.workers[0]) == folder + "/2/recipe-worker")
        #expect(try program(of: server.master.pid) == folder + "/1/brigade")

        mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try program(of: server.master.pid) == folder + "/2/brigade")

        // The path is still the link's.
        #expect(symlink("1", current + ".new") == 0 && rename(current + ".new", current) == 0)
        mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try program(of: server.master.pid) == folder + "/1/brigade")
    }

    private func program(of pid: pid_t) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
    }
}
