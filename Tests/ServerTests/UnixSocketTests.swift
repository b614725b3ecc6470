import Foundation
import Testing

/// A unix socket has a name in the file system, where others have theirs.
@Suite(.serialized) struct UnixSocketTests {
    private func mode(of path: String) -> mode_t? {
        var information = stat()
        return lstat(path, &information) == 0 ? information.st_mode & 0o7777 : nil
    }

    private func stand(_ folder: String, _ path: String) throws -> ChildProcess {
        try ChildProcess(
            BuildProducts.faultyWorker, ["serve"],
            environment: ["PATH": "/usr/bin:/bin", "BIND": "unix:\(path)", "BRIGADE_SOCKET_MODE": "0o620"],
            folder: folder)
    }

    @Test(arguments: [false, true]) func itsRightsAreThoseOfTheSettingFromTheStartToAnUpgrade(given: Bool) throws {
        let flags = given ? ["--socket-mode", "660"] : []
        let mode: mode_t = given ? 0o660 : 0o666
        let server = try TestServer(faulty: 1, on: .unix, flags: ["--umask", "077"] + flags)
        let path = server.folder + "/http.sock"
        #expect(self.mode(of: path) == mode)
        for round in 0..<2 {
            unlink(path)
            #expect(try server.command("reload", "--wait").code == 0)
            try server.waitForStatus("settled") { $0.isSettled }
            #expect(self.mode(of: path) == mode, "mended")
            guard round == 0 else { break }
            let mark = server.master.mark
            server.master.signal(SIGUSR2)
            try server.master.waitFor("reload complete", from: mark)
            try server.waitForStatus("settled") { $0.isSettled }
            #expect(self.mode(of: path) == mode, "upgraded")
        }
        #expect(self.mode(of: server.folder + "/control.sock") == 0o600, "the control socket is this user's alone")
        #expect(try server.ask("/hello").body == "hello")
    }

    @Test func afterAnUpgradeTheStopLeavesANameThatIsAnothersByThen() throws {
        let server = try TestServer(faulty: 1, on: .unix)
        let path = server.folder + "/http.sock"
        unlink(path)
        let other = try stand(server.folder, path)
        try other.waitFor("notice worker pid=\(other.pid): ready")
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade complete")
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        #expect(try Client(.unix(path: path)).ask("GET", "/hello").body == "hello")
        other.signal(SIGTERM)
        #expect(try other.waitForExit() == 0)
        #expect(mode(of: path) == nil)
    }

    @Test func aWorkerByItselfLeavesASocketOnWhichAnotherListens() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/http.sock"
        let first = try stand(folder, path)
        try first.waitFor(": ready")
        #expect(mode(of: path) == 0o620)
        let second = try stand(folder, path)
        #expect(try second.waitForExit() == 2)
        #expect(second.output.contains("unix:\(path): another server listens there"))
        #expect(try Client(.unix(path: path)).ask("GET", "/hello").body == "hello")
        // One that was killed leaves a name on which nobody listens.
        first.signal(SIGKILL)
        #expect(try first.waitForExit() == 137)
        let third = try stand(folder, path)
        try third.waitFor(": ready")
        #expect(try Client(.unix(path: path)).ask("GET", "/hello").body == "hello")
        third.signal(SIGTERM)
        #expect(try third.waitForExit() == 0)
        #expect(mode(of: path) == nil)
    }

    @Test func aWorkerByItselfLeavesWhatIsNoSocketAndANameThatIsAnothersByNow() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/http.sock"
        try "precious".write(toFile: path, atomically: false, encoding: .utf8)
        let first = try stand(folder, path)
        #expect(try first.waitForExit() == 2)
        #expect(first.output.contains("a file that is not a socket has that name"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        unlink(path)
        let second = try stand(folder, path)
        try second.waitFor(": ready")
        unlink(path)
        try "precious".write(toFile: path, atomically: false, encoding: .utf8)
        second.signal(SIGTERM)
        #expect(try second.waitForExit() == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }
}
