import Foundation

/// What `brigade status --json` says.
struct StatusReply: Decodable {
    struct Worker: Decodable {
        let slot: Int
        let pid: pid_t?
        let generation: Int
        let state: String
        let requests: Int
        let connections: Int
        let inFlight: [Request]
    }

    struct Request: Decodable {
        let method: String
        let target: String
    }

    struct Prestart: Decodable {
        let pid: pid_t
        let generation: Int
    }

    struct HealthProblem: Decodable {
        let problem: String
        let workers: Int
    }

    let state: String
    let healthProblems: [HealthProblem]
    let prestart: Prestart?
    let generation: Int
    let target: Int
    let workers: [Worker]

    var ready: [Worker] { workers.filter { $0.state == "ready" } }

    /// Nothing is under way, and all that are wanted are there.
    var isSettled: Bool { state == "serving" && ready.count == target && workers.count == target }
}

extension TestServer {
    /// A server of the worker that comes to grief as the test says: by `breakNextWorker`, or by a request.
    convenience init(
        faulty workers: Int, on socket: Socket = .tcp, flags: [String] = [], environment: [String: String] = [:],
        program: String = BuildProducts.brigade, folder: String? = nil, log: String? = nil
    ) throws {
        try self.init(
            workers: workers, on: socket,
            flags: ["--worker", BuildProducts.faultyWorker, "--control", "control.sock"] + flags,
            environment: ["FAULT_FILE": "fault"].merging(environment) { $1 }, program: program, folder: folder,
            log: log)
    }

    /// The workers that start from now on have this fault.
    func breakNextWorker(_ fault: String) throws {
        try Data(fault.utf8).write(to: URL(filePath: folder + "/fault"), options: .atomic)
    }

    /// The workers that start from now on are well.
    func mendNextWorker() throws {
        try breakNextWorker("")
    }

    /// Runs a command of `brigade` that speaks to the control socket.
    func command(_ words: String...) throws -> (code: Int32, output: String) { try command(words) }

    func command(_ words: [String]) throws -> (code: Int32, output: String) {
        let process = try ChildProcess(
            BuildProducts.brigade, words + ["--control", "control.sock"], environment: ["PATH": "/usr/bin:/bin"],
            folder: folder
        )
        let code = try process.waitForExit()
        return (code, process.output)
    }

    func status() throws -> StatusReply {
        let (code, output) = try command("status", "--json")
        guard code == 0 else { throw ChildProcess.Failure(description: "status: \(output)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(StatusReply.self, from: Data(output.utf8))
    }

    /// Asks until the status is as wanted.
    @discardableResult
    func waitForStatus(_ what: String, _ isThere: (StatusReply) -> Bool) throws -> StatusReply {
        let end = ContinuousClock.now + ChildProcess.patience
        var last: StatusReply?
        while ContinuousClock.now < end {
            // Before it listens there is nobody to ask.
            last = try? status()
            if let last, isThere(last) { return last }
        }
        throw ChildProcess.Failure(description: "not \(what): \(String(describing: last)); it said:\n\(master.output)")
    }
}
