import Foundation

/// The built server, started with a database and a port of its own.
final class Server {
    let master: ChildProcess
    let port: UInt16
    let folder: String

    /// Starts `brigade serve` and waits until every worker is ready.
    init(workers: Int = 2, flags: [String] = [], environment: [String: String] = [:]) throws {
        folder = try Self.newFolder()
        port = try Machine.freePort()
        master = try Self.start(
            in: folder, ["--bind", "127.0.0.1:\(port)", "--workers", "\(workers)"] + flags, environment)
        try master.wait(for: "\(workers) ready workers") { $0.matches(of: /worker ready/).count >= workers }
    }

    /// Starts `brigade serve` and waits for nothing.
    static func start(in folder: String, _ flags: [String], _ environment: [String: String] = [:]) throws
        -> ChildProcess
    {
        let base = ["PATH": "/usr/bin:/bin", "DATABASE_URL": "sqlite:///recipes.db", "LOG_LEVEL": "info"]
        return try ChildProcess(
            Built.brigade, ["serve"] + flags, environment: base.merging(environment) { $1 }, folder: folder)
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

    func client() throws -> Client { try Client(port: port) }

    /// A GET on a connection of its own.
    func ask(_ target: String) throws -> Client.Answer { try ask("GET", target) }

    /// One request on a connection of its own.
    func ask(_ method: String, _ target: String, fields: [String] = [], body: String? = nil) throws
        -> Client.Answer
    {
        try client().ask(method, target, fields: fields, body: body)
    }
}
