internal import Contract
import Glibc

/// The process that writes a log, as its lines name it.
package struct LogProcess: Sendable {
    package enum Kind: Sendable {
        case master
        /// Without a slot and a generation: a worker that has no master.
        case worker(slot: Int, generation: Int)
        case standaloneWorker
        /// `prestart`, `check`, or a command of the application.
        case command(String)
    }

    package let kind: Kind
    package let pid: Int32

    package init(_ kind: Kind, pid: Int32 = getpid()) {
        self.kind = kind
        self.pid = pid
    }

    /// In a line of text: `master pid=70`, `worker=1 gen=2 pid=71`.
    package var text: String {
        switch kind {
        case .master: "master pid=\(pid)"
        case .worker(let slot, let generation): "worker=\(slot) gen=\(generation) pid=\(pid)"
        case .standaloneWorker: "worker pid=\(pid)"
        case .command(let name): "\(name.visible) pid=\(pid)"
        }
    }

    /// As members of a JSON object, the first without a comma before it.
    package var json: [UInt8] {
        var members = Array(#""process.pid":\#(pid),"brigade.process":"#.utf8)
        switch kind {
        case .master: members.append(json: "master")
        case .worker(let slot, let generation):
            members += Array(#""worker","brigade.worker":\#(slot),"brigade.generation":\#(generation)"#.utf8)
        case .standaloneWorker: members.append(json: "worker")
        case .command(let name): members.append(json: name)
        }
        return members
    }
}
