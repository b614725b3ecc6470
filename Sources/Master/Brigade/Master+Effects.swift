import Contract
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    /// - Returns: the answer, of the effects that have one at once.
    func perform(_ effect: Effect) -> Event? {
        switch effect {
        case .prestart(let generation): return startPrestart(generation)
        case .signalPrestart(let signal): prestart?.child.signal(signal.number)
        case .spawn(let id): return startWorker(id)
        case .send(let order, let id):
            // One that cannot be told, because it does not read or is gone, has its deadline all the same.
            try? workers[id]?.control.send(order.message)
        case .signal(let signal, let id): workers[id]?.child.signal(signal.number)
        case .open(let generation): return open(generation)
        case .close(let generation): executables[generation] = nil
        case .closeListeners: closeListeners()
        case .announce(let announcement): announce(announcement)
        case .log(let notice): write(notice)
        case .exit(let outcome):
            closeListeners()
            end = outcome.code
            if outcome == .stopped { log.info("stopped") }
        }
        return nil
    }

    private func open(_ generation: Int) -> Event {
        do {
            executables[generation] = try Executable(opening: plan.worker)
            return .opened(generation: generation)
        } catch {
            return .openFailed(generation: generation, reason: "\(plan.worker): \(Plan.advice(error))")
        }
    }

    /// The workers have copies. That they do not block any more tells them to serve what is queued and then to refuse.
    private func closeListeners() {
        for listener in listeners { listener.stopBlocking() }
        listeners = []
    }

    private func announce(_ announcement: Effect.Announcement) {
        switch announcement {
        case .ready: manager.ready(status: status)
        case .reloading: manager.reloading()
        case .stopping: manager.stopping()
        }
    }
}

extension Effect.Order {
    var message: MasterMessage {
        switch self {
        case .drain: .drain
        case .stop: .stop
        }
    }
}

extension Effect.ProcessSignal {
    var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .abort: SIGABRT
        case .kill: SIGKILL
        }
    }
}

extension Effect.Outcome {
    var code: ExitCode {
        switch self {
        case .stopped: .ok
        case .neverReady: .boot
        case .applicationFailed: .application
        case .prestartFailed: .prestart
        }
    }
}
