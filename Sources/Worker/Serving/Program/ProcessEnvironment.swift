internal import Contract
internal import Linux
import Glibc

/// The environment of this worker, and what its master put there.
struct ProcessEnvironment {
    let variables = Environment.variables

    private func number(_ name: String) -> Int32? { variables[name].flatMap { Int32($0) } }

    /// Listening sockets that are meant for this process (sd_listen_fds(3)).
    var listeners: Range<Int32> {
        let first = WorkerEnvironment.firstDescriptor
        guard number(WorkerEnvironment.listenPID) == getpid(), let count = number(WorkerEnvironment.listenCount),
            count > 0,
            count < 1024
        else { return first..<first }
        return first..<first + count
    }

    var control: Int32? { number(WorkerEnvironment.controlDescriptor) }
    var scoreboard: Int32? { number(WorkerEnvironment.scoreboardDescriptor) }
    var slot: Int? { number(WorkerEnvironment.slot).map { Int($0) } }
    var generation: Int { number(WorkerEnvironment.generation).map { Int($0) } ?? 1 }

    /// Whether a master has started the process.
    var hasMaster: Bool { control != nil }

    /// A worker of a master, or its prestart, which has no channel.
    var isMastersChild: Bool { variables[WorkerEnvironment.generation] != nil }

    /// As log lines name the process.
    var workerName: String {
        guard hasMaster, let slot else { return "worker pid=\(getpid())" }
        return "worker=\(slot) gen=\(generation) pid=\(getpid())"
    }
}
