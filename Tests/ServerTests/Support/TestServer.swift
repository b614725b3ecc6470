import Foundation

/// The built server, started with a database and a port of its own.
final class TestServer {
    /// What a server listens on.
    enum Socket: CaseIterable {
        case tcp, unix
        /// Made by whoever starts the server, as systemd does.
        case activated
    }

    let master: ChildProcess
    let port: UInt16
    let folder: String
    let address: Client.Address

    /// Starts `brigade serve` and waits until every worker is ready.
    /// - Parameters:
    ///   - program: a `brigade` other than the built one.
    ///   - folder: a folder to run in, which goes with the server; a new one when there is none.
    ///   - log: a file for what it says. Then nothing is waited for, because nobody can read it here.
    init(
        workers: Int = 2, on socket: Socket = .tcp, flags: [String] = [], environment: [String: String] = [:],
        program: String = BuildProducts.brigade, folder: String? = nil, log: String? = nil
    ) throws {
        self.folder = try folder ?? Self.newFolder()
        let folder = self.folder
        let given = socket == .activated ? try TestListener() : nil
        port = try given?.port ?? Machine.freePort()
        let path = folder + "/http.sock"
        address = socket == .unix ? .unix(path: path) : .tcp(port: port)
        let all = ["--workers", "\(workers)"] + flags
        switch socket {
        case .tcp:
            master = try Self.start(in: folder, ["--bind", "127.0.0.1:\(port)"] + all, environment, program, log)
        case .unix: master = try Self.start(in: folder, ["--bind", "unix:\(path)"] + all, environment, program, log)
        case .activated:
            // A shell knows its own pid, and keeps it when it becomes the server.
            let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" serve \"$@\""
            master = try ChildProcess(
                "/bin/sh", ["-c", script, program] + all, environment: Self.environment(environment), folder: folder,
                descriptors: given.map { [$0.descriptor] } ?? [])
        }
        guard log == nil else { return }
        try master.wait(for: "\(workers) ready workers") { $0.matches(of: /worker ready/).count >= workers }
    }

    /// Starts `brigade serve` and waits for nothing.
    static func start(
        in folder: String, _ flags: [String], _ environment: [String: String] = [:],
        _ program: String = BuildProducts.brigade, _ log: String? = nil
    ) throws -> ChildProcess {
        try ChildProcess(
            program, ["serve"] + flags, environment: Self.environment(environment), folder: folder, log: log)
    }

    private static func environment(_ more: [String: String]) -> [String: String] {
        let base = ["PATH": "/usr/bin:/bin", "DATABASE_URL": "sqlite:///recipes.db", "LOG_LEVEL": "info"]
        return base.merging(more) { $1 }
    }

    static func newFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "brigade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }

    deinit {
        master.signal(SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    var workers: [pid_t] { Machine.children(of: master.pid) }

    func client() throws -> Client { try Client(address) }

    /// A GET on a connection of its own.
    func ask(_ target: String) throws -> Client.Answer { try ask("GET", target) }

    /// One request on a connection of its own.
    func ask(_ method: String, _ target: String, fields: [String] = [], body: String? = nil) throws
        -> Client.Answer
    {
        try client().ask(method, target, fields: fields, body: body)
    }
}
