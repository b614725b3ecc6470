import CLinux
import Foundation
import Testing

/// Logs at paths that mean a descriptor. What is there is a socket, which nobody can open by a name.
@Suite(.serialized) struct DescriptorLogTests {
    /// The other end of what a server writes to.
    private final class Reader {
        let descriptor: Int32
        /// The server's end.
        let given: Int32
        private var text = ""

        init() {
            var ends: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
            (descriptor, given) = (ends[0], ends[1])
        }

        deinit {
            close(descriptor)
            close(given)
        }

        /// Waits for that many lines that contain the text.
        func wait(for words: String, count: Int = 1) throws {
            let end = ContinuousClock.now + ChildProcess.patience
            while text.split(separator: "\n").count(where: { $0.contains(words) }) < count {
                guard try readable(descriptor, until: end) else {
                    throw ChildProcess.Failure(description: "'\(words)' never comes; there is:\n\(text)")
                }
                var bytes = [UInt8](repeating: 0, count: 65536)
                let count = read(descriptor, &bytes, bytes.count)
                text += String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            }
        }
    }

    private final class Served {
        let master: ChildProcess
        let folder: String
        let address: Client.Address

        /// - Parameter place: the shell's word for where the reader's end becomes a descriptor.
        init(_ reader: Reader, at place: String, _ flags: [String]) throws {
            folder = try TestServer.newFolder()
            let port = try Machine.freePort()
            address = .tcp(port: port)
            let closing = place.hasPrefix("3") ? "" : " 3>&-"
            master = try ChildProcess(
                "/bin/sh",
                ["-c", "exec \"$0\" \"$@\" \(place)\(closing)", BuildProducts.brigade, "serve"]
                    + ["--bind", "127.0.0.1:\(port)", "--workers", "1", "--worker", BuildProducts.faultyWorker]
                    + ["--control", "control.sock"] + flags,
                environment: ["PATH": "/usr/bin:/bin"], folder: folder, descriptors: [reader.given])
        }

        func ask() throws { #expect(try Client(address).ask("GET", "/hello").body == "hello") }

        deinit {
            master.signal(SIGKILL)
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"])
    func theAccessLogGoesToASocketThatIsStandardOutput(path: String) throws {
        let reader = Reader()
        let server = try Served(reader, at: ">&3", ["--access-log", path])
        try server.master.waitFor("ready: 1 worker")
        try server.ask()
        try reader.wait(for: "GET /hello")
        server.master.signal(SIGUSR1)
        try server.ask()
        try reader.wait(for: "GET /hello", count: 2)
        #expect(server.master.lines(with: "error").isEmpty)
    }

    @Test func theAccessLogGoesToAnyDescriptorThroughReloadsUpgradesAndCrashes() throws {
        let reader = Reader()
        let server = try Served(reader, at: "7>&3", ["--access-log", "/dev/fd/7"])
        try server.master.waitFor("ready: 1 worker")
        try server.ask()
        try reader.wait(for: "GET /hello")
        for (round, signal) in [SIGHUP, SIGUSR2, SIGUSR1].enumerated() {
            let mark = server.master.mark
            server.master.signal(signal)
            if signal != SIGUSR1 { try server.master.waitFor("reload complete", from: mark) }
            try server.ask()
            try reader.wait(for: "GET /hello", count: 2 + round)
        }
        try Machine.wait(for: "one worker") { Machine.children(of: server.master.pid).count == 1 }
        let mark = server.master.mark
        kill(try #require(Machine.children(of: server.master.pid).first), SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        try server.ask()
        try reader.wait(for: "GET /hello", count: 5)
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test(arguments: [("/dev/fd/7", "7>&3"), ("/dev/stdout", ">&3")])
    func theErrorLogDoesToo(path: String, place: String) throws {
        let reader = Reader()
        let server = try Served(reader, at: place, ["--error-log", path])
        try reader.wait(for: "ready: 1 worker")
        for (round, signal) in [SIGUSR1, SIGHUP, SIGUSR2].enumerated() {
            server.master.signal(signal)
            if round > 0 { try reader.wait(for: "reload complete", count: round) }
        }
        try reader.wait(for: ": drained", count: 2)
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        try reader.wait(for: "stopped")
        #expect(server.master.output == "")
    }

    private func closesOnExec(_ descriptor: Int, of pid: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/fdinfo/\(descriptor)", encoding: .utf8)) ?? ""
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags:") }?.split(separator: "\t").last
        return flags.flatMap { Int32($0, radix: 8) }.map { $0 & O_CLOEXEC != 0 } ?? false
    }

    @Test func aDescriptorThatNobodyGaveIsNone() throws {
        let reader = Reader()
        for flag in ["--access-log", "--error-log"] {
            let server = try Served(reader, at: "7>&3", [flag, "/dev/fd/199"])
            #expect(try server.master.waitForExit() == 1)
            #expect(
                server.master.output.contains(
                    "brigade: \(flag) /dev/fd/199 (command line): cannot write to /dev/fd/199: this process was started "
                ),
                "\(server.master.output)")
        }
        // In a master that runs some number of the kind is one of its own.
        let file = try TestServer.newFolder() + "/b.env"
        try "ACCESS_LOG=off\n".write(toFile: file, atomically: true, encoding: .utf8)
        let server = try Served(reader, at: "7>&3", ["--env-file", file])
        try server.master.waitFor("ready: 1 worker")
        let own = Machine.descriptors(of: server.master.pid).keys.filter { closesOnExec($0, of: server.master.pid) }
        #expect(own.count > 3)
        for (round, number) in own.enumerated() {
            try "ACCESS_LOG=/dev/fd/\(number)\n".write(toFile: file, atomically: true, encoding: .utf8)
            server.master.signal(SIGHUP)
            try server.master.wait(for: "an abandoned reload") {
                $0.matches(of: #/reload failed: ACCESS_LOG=/dev/fd/#).count == round + 1
            }
        }
        try "ACCESS_LOG=/dev/fd/7\n".write(toFile: file, atomically: true, encoding: .utf8)
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete")
        try server.ask()
        try reader.wait(for: "GET /hello")
        try? FileManager.default.removeItem(atPath: String(file.dropLast("/b.env".count)))
    }
}
