import Foundation
import Testing

/// Releases side by side, and a link that says which of them is the current one.
@Suite(.serialized) struct LinkedDeploymentTests {
    @Test func whatTheLinkLeadsToIsWhatAReloadAndAnUpgradeFind() throws {
        let folder = try Server.newFolder()
        for release in ["1", "2"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(release)", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: Built.brigade, toPath: "\(folder)/\(release)/brigade")
            try FileManager.default.copyItem(atPath: Built.faultyWorker, toPath: "\(folder)/\(release)/recipe-worker")
        }
        let current = folder + "/current"
        #expect(symlink("1", current) == 0)
        let server = try Server(workers: 1, program: current + "/brigade", folder: folder)
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
