import Foundation
import Testing

/// `--chdir`.
@Suite(.serialized) struct WorkingDirectoryTests {
    @Test(arguments: [true, false]) func everyRelativePathIsSeenFromThere(isFlag: Bool) throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let there = folder + "/there"
        #expect(mkdir(there, 0o755) == 0)
        try Data("PIDFILE=server.pid\n".utf8).write(to: URL(filePath: there + "/env"))
        let port = try Machine.freePort()
        let flags = [
            "--bind", "127.0.0.1:\(port)", "--workers", "1", "--env-file", "env", "--control", "control.sock",
            "--access-log", "access.log", "--error-log", "server.log",
        ]
        let master =
            try isFlag
            ? TestServer.start(in: folder, flags + ["--chdir", "there"])
            : TestServer.start(in: folder, flags, ["BRIGADE_CHDIR": "there"])
        func command(_ words: String...) throws -> (Int32, String) {
            let process = try ChildProcess(
                BuildProducts.brigade, words + ["--control", "control.sock"], environment: [:], folder: there)
            return (try process.waitForExit(), process.output)
        }
        let end = ContinuousClock.now + ChildProcess.patience
        while try !command("status").1.hasPrefix("serving: 1 of 1"), ContinuousClock.now < end {}
        // In the same folder still, though the command line says where it is from elsewhere.
        master.signal(SIGUSR2)
        while try !command("status").1.hasPrefix("serving: 1 of 1 workers ready, generation 2"),
            ContinuousClock.now < end
        {}
        #expect(try command("status").1.hasPrefix("serving: 1 of 1 workers ready, generation 2"))
        for name in ["server.pid", "control.sock", "access.log", "server.log", "recipes.db"] {
            #expect(FileManager.default.fileExists(atPath: "\(there)/\(name)"), "\(name)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["there"])
        master.signal(SIGTERM)
        #expect(try master.waitForExit() == 0)
    }

    @Test func oneThatIsNotThereIsNamed() throws {
        let master = try TestServer.start(in: try TestServer.newFolder(), ["--chdir", "nowhere"])
        #expect(try master.waitForExit() == 1)
        #expect(
            master.output
                == "brigade: --chdir nowhere (command line): cannot change to the directory nowhere (No such file or "
                + "directory); create it, or choose another\n")
    }

    @Test func anEnvFileCannotSayWhereItIsLookedFor() throws {
        let folder = try TestServer.newFolder()
        try Data("BRIGADE_CHDIR=/tmp\n".utf8).write(to: URL(filePath: folder + "/env"))
        let master = try TestServer.start(in: folder, ["--env-file", "env"])
        #expect(try master.waitForExit() == 1)
        #expect(master.output.contains("BRIGADE_CHDIR in env:1: the env file cannot set it"))
    }
}
