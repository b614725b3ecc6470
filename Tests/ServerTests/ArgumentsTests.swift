import CLinux
import Foundation
import Testing

/// The programs know their arguments wherever and however they are started.
@Suite(.serialized) struct ArgumentsTests {
    /// A library that moves the environment elsewhere before the program begins, as one does that sets a variable.
    private static let source = """
        #include <stdlib.h>
        __attribute__((constructor)) static void set(void) {
            char name[] = "PRELOADED_00";
            for (int i = 0; i < 64; i++) {
                name[10] = (char)('0' + i / 8);
                name[11] = (char)('0' + i % 8);
                setenv(name, "yes", 1);
            }
        }

        """

    private func run(_ program: String, _ arguments: [String], _ environment: [String: String], in folder: String)
        throws -> (code: Int32, output: String)
    {
        let child = try ChildProcess(
            program, arguments, environment: environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given },
            folder: folder)
        return (try child.waitForExit(), child.output)
    }

    /// Builds the library in the folder.
    private func preload(in folder: String) throws -> String {
        guard ["/usr/bin/cc", "/bin/cc"].contains(where: FileManager.default.isExecutableFile(atPath:)) else {
            try Test.cancel("there is no cc")
        }
        try Self.source.write(toFile: folder + "/set.c", atomically: false, encoding: .utf8)
        let (code, output) = try run("cc", ["-shared", "-fPIC", "-o", "set.so", "set.c"], [:], in: folder)
        try #require(code == 0, "\(output)")
        return folder + "/set.so"
    }

    @Test func aPreloadedLibraryThatSetsVariablesTakesNoneAway() throws {
        let folder = try TestServer.newFolder()
        let library = try preload(in: folder)
        let (code, output) = try run(
            BuildProducts.brigade, ["config", "--workers", "3", "--worker", "/bin/true", "--bind", "127.0.0.1:9"],
            ["LD_PRELOAD": library], in: folder)
        #expect(code == 0 && output.contains("127.0.0.1:9") && output.contains("command line"), "\(output)")
        // The master and its workers, which inherit the library.
        let server = try TestServer(faulty: 1, environment: ["LD_PRELOAD": library], folder: folder)
        #expect(try server.ask("/hello").body == "hello")
        // Foundation reads a page of it and no more.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/\(server.workers[0])/maps"))
        let maps = try file.readToEnd() ?? Data()
        #expect(String(decoding: maps, as: UTF8.self).contains("set.so"), "the worker has it too")
        let mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try server.ask("/hello").body == "hello")
    }

    /// In a mount namespace in which an empty folder hides it.
    @Test func withoutProcTheyAreKnownToo() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let hide = ["-m", "/bin/sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" \"$@\""]
        guard try run("unshare", hide + ["/bin/true"], [:], in: folder).code == 0 else {
            try Test.cancel("mount namespaces are not allowed here")
        }
        let config = ["config", "--workers", "3", "--bind", "127.0.0.1:9"]
        let (code, output) = try run("unshare", hide + [BuildProducts.brigade] + config, [:], in: folder)
        #expect(code == 0 && output.contains("127.0.0.1:9"), "\(output)")
        #expect(
            output.contains(BuildProducts.brigade.replacing("/brigade", with: "/recipe-worker")), "beside it: \(output)"
        )
        let usage = try run("unshare", hide + [BuildProducts.worker, "cook"], [:], in: folder)
        #expect(usage.code == 1 && usage.output.contains("usage: \(BuildProducts.worker) "), "\(usage.output)")
        // And a server serves, by either kind of socket.
        for bind in ["127.0.0.1:0", "unix:http.sock"] {
            let serve = ["serve", "--bind", bind, "--workers", "1", "--worker", BuildProducts.faultyWorker]
            let master = try ChildProcess(
                "unshare", hide + [BuildProducts.brigade] + serve, environment: ["PATH": "/usr/bin:/bin"],
                folder: folder)
            try master.waitFor("ready: 1 worker")
            if bind.hasPrefix("unix:") {
                #expect(try Client(.unix(path: folder + "/http.sock")).ask("GET", "/hello").body == "hello")
            }
            master.signal(SIGTERM)
            #expect(try master.waitForExit() == 0)
        }
    }
}
