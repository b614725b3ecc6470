import Foundation
import Testing

/// What stands between a master that is being replaced and the end of the service: the check in a child, and the way
/// back.
@Suite(.serialized) struct UpgradeHandshakeTests {
    private static func script(_ text: String, at path: String) throws {
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: path + ".new"))
        chmod(path + ".new", 0o755)
        rename(path + ".new", path)
    }

    /// One that ends well and is no build of this server, and one that never ends.
    @Test(arguments: ["exit 0", "exec sleep 1000"])
    func aProgramThatDoesNotConsentNeverBecomesTheMaster(text: String) throws {
        let folder = try TestServer.newFolder()
        let program = try Deployment(of: BuildProducts.brigade, as: folder + "/brigade")
        let server = try TestServer(faulty: 2, flags: ["--boot-timeout", "2s"], program: program.path, folder: folder)
        let before = server.workers
        try Self.script(text, at: program.path)
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade failed")
        try Machine.wait(for: "the end of the child") { server.workers == before }
        #expect(try server.ask("/hello").body == "hello")
    }

    @Test func whatTheCheckHasStartedEndsWithIt() throws {
        let folder = try TestServer.newFolder()
        let program = try Deployment(of: BuildProducts.brigade, as: folder + "/brigade")
        let server = try TestServer(faulty: 1, flags: ["--boot-timeout", "1s"], program: program.path, folder: folder)
        try Self.script("sleep 1000 & echo $! >child; wait", at: program.path)
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade failed")
        let text = try String(contentsOfFile: folder + "/child", encoding: .utf8)
        try Machine.waitForEnd(of: try #require(pid_t(text.trimmingCharacters(in: .newlines))))
    }

    @Test func oneThatGivesUpAfterItsExecBringsTheOldOneBack() throws {
        let folder = try TestServer.newFolder()
        let program = try Deployment(of: BuildProducts.brigade, as: folder + "/brigade")
        let server = try TestServer(faulty: 2, program: program.path, folder: folder)
        let before = server.workers
        let load = Load(server.address, threads: 2) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        try Self.script(
            """
            [ "$BRIGADE_HANDOVER_STEP" = take ] && exec \(BuildProducts.brigade) serve --workers nonsense
            exec \(BuildProducts.brigade) "$@"
            """, at: program.path)
        server.master.signal(SIGUSR2)
        try server.master.waitFor("the old one goes on: --workers: invalid value 'nonsense'")
        try load.waitForMore(than: 20)
        #expect(load.stop().failures == [])
        #expect(server.workers == before)

        // It can do all that it could before.
        #expect(try server.command("reload", "--wait").code == 0)
        let mark = server.master.mark
        kill(try #require(server.workers.first), SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
    }
}
