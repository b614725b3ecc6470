import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    /// - Returns: the answer, of the effects that have one at once.
    func perform(_ effect: Effect) -> Event? {
        switch effect {
        case .prestart(let generation): return startPrestart(generation)
        case .signalPrestart(let signal):
            prestart?.isToldToEnd = true
            prestart?.child.signalGroup(signal.number)
        case .spawn(let id): return startWorker(id)
        case .send(let order, let id):
            // One that cannot be told, because it does not read or is gone, has its deadline all the same.
            try? workers[id]?.control.send(order.message)
        case .signal(let signal, let id): workers[id]?.child.signal(signal.number)
        case .open(let generation): return open(generation)
        case .close(let generation): close(generation)
        case .measureMemory:
            return .memory(workers.compactMapValues { ProcessStatus.memory(of: $0.child.pid) })
        case .checkUpgrade: return startUpgradeCheck()
        case .killUpgradeCheck: upgradeCheck?.child.signalGroup(SIGKILL)
        case .upgrade: return upgrade()
        case .closeListeners: closeListeners()
        case .reopenLog: reopenLog()
        case .announce(let announcement): announce(announcement)
        case .log(let notice): write(notice)
        case .exit(let outcome): leave(outcome)
        }
        return nil
    }

    /// Opens the executable and reads the env file, both anew.
    private func open(_ generation: Int) -> Event {
        restoreControlSocket()
        mendListeners()
        do {
            let next = try plan.reread()
            let executable = try next.openWorker()
            try next.checkDescriptors()
            tellChanges(next)
            if let present = generations[supervisor.generation]?.executable, executable.isSameFile(as: present) {
                log.info("the worker is the same file as before: \(next.worker)")
            }
            let settings = next.settings.reloaded(over: running)
            generations[generation] = self.generation(
                of: executable, environment: childEnvironment(next, settings))
            plans[generation] = next
            return .opened(generation: generation, next.configuration)
        } catch {
            return .openFailed(generation: generation, reason: "\(error)")
        }
    }

    /// A reload mends this too.
    private func restoreControlSocket() {
        do {
            guard try holdings.controlServer?.restoreName() == true else { return }
            log.notice("the control socket was gone, and is there again")
        } catch {
            log.warning("the control socket is gone: \(error)")
        }
    }

    private func tellChanges(_ next: ServerConfiguration) {
        for warning in next.warnings where !plan.warnings.contains(warning) { log.warning("\(warning)") }
        if let file = plan.envFile, next.envFile == nil {
            log.warning("the env file \(file) is gone: nothing of what it said counts any more")
        }
        for change in next.changes(from: running) {
            let text = "\(change.variable) changes from \(change.old) to \(change.new)"
            if change.needsRestart {
                log.warning("\(text) only at a restart: it stays as it is")
            } else {
                log.info("\(text)")
            }
        }
        for key in plan.applicationChanges(to: next) { log.info("\(key) changes, a key of the application") }
    }

    private func close(_ generation: Int) {
        generations[generation] = nil
        plans[generation] = nil
    }

    /// The workers have copies: they are told to serve what is queued and then to refuse. What a service manager opened
    /// stays as it is, and its queue waits for the next start. Of the others nothing is left with it: a socket that is
    /// closed that way serves nobody again.
    private func closeListeners() {
        if holdings.listeners.contains(where: { !$0.isActivated }) {
            for worker in workers.values { try? worker.control.send(MasterMessage.close) }
        }
        for listener in holdings.listeners where !listener.isActivated {
            if let name = listener.storeName { holdings.manager.forget(name: name) }
        }
        holdings.listeners = []
    }

    private func reopenLog() {
        guard let path = running.errorLog else { return }
        do {
            try LogOutput.reopen(path, owner: credentials?.user)
        } catch {
            log.error("the error log \(path) cannot be opened anew; the old file is written on: \(error)")
        }
    }

    private func announce(_ announcement: Effect.Announcement) {
        switch announcement {
        case .ready: holdings.manager.ready(status: status)
        case .reloading: holdings.manager.reloading()
        case .stopping: holdings.manager.stopping()
        case .alive: holdings.manager.alive()
        case .extend(let time): holdings.manager.extend(by: time)
        }
    }

    private func leave(_ outcome: Effect.Outcome) {
        closeListeners()
        end = outcome.code
        if outcome == .stopped { log.info("stopped") }
        answer(pendingRequests.serverEnded(outcome))
        holdings.manager.flush()
    }
}

extension Effect.Order {
    var message: MasterMessage {
        switch self {
        case .accept: .accept
        case .drain: .drain
        case .stop: .stop
        case .withdraw: .withdraw
        case .reopenLogs: .reopenLogs
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
        case .settingsRefused: .usage
        case .prestartFailed: .prestart
        }
    }
}
