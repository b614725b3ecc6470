import Contract
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    func receive(_ number: Int32) {
        // CHLD says that some child has ended; its own descriptor says which.
        if let signal = Event.Signal.numbers[number] { handle(.signal(signal)) }
    }

    func listen(to worker: WorkerProcess) {
        // One that never stops speaking must not keep the master from the others.
        for _ in 0..<Self.messagesATurn where !worker.isSilent {
            switch worker.control.receive(WorkerMessage.self) {
            case .message(let message): handle(.message(Event.Message(message), from: worker.id))
            case .unknown:
                log.warning(
                    "a worker says what this master does not know: it is not heard any more",
                    metadata: metadata(worker.id))
                worker.isSilent = true
            case .empty: return
            case .end: worker.isSilent = true
            }
        }
    }

    private static let messagesATurn = 64

    func reap(_ worker: WorkerProcess) {
        listen(to: worker)
        guard workers[worker.id] != nil, let status = worker.child.reap() else { return }
        scoreboard.close(worker.id.slot)
        handle(.ended(worker.id, Ending(status)))
        workers[worker.id] = nil
    }

    func reap(_ process: PrestartProcess) {
        guard let status = process.child.reap() else { return }
        prestart = nil
        handle(.prestartEnded(generation: process.generation, Ending(status)))
    }
}

extension Event.Signal {
    static let numbers: [Int32: Event.Signal] = [
        SIGTERM: .terminate, SIGINT: .interrupt, SIGQUIT: .quit, SIGHUP: .hangup, SIGTTIN: .oneMore, SIGTTOU: .oneFewer,
        SIGUSR1: .user1, SIGUSR2: .user2, SIGWINCH: .windowChange,
    ]
}

extension Event.Message {
    init(_ message: WorkerMessage) {
        self =
            switch message {
            case .booted: .booted
            case .ready: .ready
            case .draining: .draining
            case .drained: .drained
            }
    }
}

extension Ending {
    init(_ status: ChildStatus) {
        self =
            switch status {
            case .exited(let code): .exited(code)
            case .signaled(let number): .signaled(number)
            }
    }
}
