import Foundation
import Testing

/// A limit of the size of files (RLIMIT_FSIZE), as `ulimit -f` and LimitFSIZE= set it.
@Suite(.serialized) struct FileSizeTests {
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")))
    func aFullLogEndsNeitherTheMasterNorAWorker() throws {
        let folder = try Server.newFolder()
        let program = folder + "/limited"
        let limit = 8192
        // The soft limit alone, which anybody may set.
        let script = "#!/bin/sh\nexec /usr/bin/prlimit --fsize=\(limit): '\(Built.brigade)' \"$@\"\n"
        try Data(script.utf8).write(to: URL(filePath: program))
        chmod(program, 0o755)
        let server = try Server(
            faulty: 2, flags: ["--access-log", "access.log"], program: program, folder: folder, log: folder + "/log")
        try server.waitForStatus("settled") { $0.isSettled }
        let before = server.workers
        let client = try server.client()
        for _ in 0..<200 { #expect(try client.ask("/hello").status == 200) }
        #expect(server.workers == before)
        #expect(try size(of: folder + "/access.log") == limit)
        while try size(of: folder + "/log") < limit { #expect(try server.command("reload", "--wait").code == 0) }
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
    }

    private func size(of path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
