import Contract
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    func receive(_ number: Int32) {
        switch number {
        // Some child has ended; its own descriptor says which, if it is one of ours.
        case SIGCHLD: reapStrangers()
        case SIGABRT: dieOfAbort()
        default: break
        }
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
        let kills = ControlGroup.oomKills ?? oomKills
        let obituary = Obituary(holdings.scoreboard.slot(worker.id.slot), oomKills: kills - oomKills)
        oomKills = kills
        worker.obituary = obituary
        totals.add(obituary)
        holdings.scoreboard.close(worker.id.slot)
        handle(.ended(worker.id, Ending(status)))
        workers[worker.id] = nil
        reapStrangers()
    }

    func reap(_ process: PrestartProcess) {
        guard let status = process.child.reap() else { return }
        prestart = nil
        handle(.prestartEnded(generation: process.generation, Ending(status)))
        reapStrangers()
    }

    /// As PID 1 of a container this process inherits whoever has lost its parent.
    func reapStrangers() {
        guard getpid() == 1 else { return }
        var own = Set(workers.values.map { $0.child.pid })
        if let prestart { own.insert(prestart.child.pid) }
        if let upgradeCheck { own.insert(upgradeCheck.child.pid) }
        let count = Strangers.reap(except: own)
        if count > 0 { log.debug("\(count) processes without a parent have ended") }
    }

    /// What the scoreboard shows of those that a supervisor watches.
    var vitals: [Worker.ID: Vitals] {
        var vitals: [Worker.ID: Vitals] = [:]
        for id in workers.keys {
            let slot = holdings.scoreboard.slot(id.slot)
            vitals[id] = Vitals(tick: slot.lastTick, poolWaitsSince: slot.poolWaitsSince)
        }
        return vitals
    }

    /// The state goes to the log before the signal takes its usual course (abort(3)).
    private func dieOfAbort() {
        log.critical("aborted; the state follows")
        for line in report().text.split(separator: "\n") { log.critical("\(line)") }
        for worker in supervisor.workers {
            for request in holdings.scoreboard.slot(worker.id.slot).inFlight { logInFlight(request, worker.id) }
        }
        OwnProcess.abort()
    }
}

extension Event.Signal {
    static let numbers: [Int32: Event.Signal] = [
        SIGTERM: .terminate, SIGINT: .interrupt, SIGQUIT: .quit, SIGHUP: .hangup, SIGTTIN: .oneMore, SIGTTOU: .oneFewer,
        SIGUSR1: .user1, SIGUSR2: .user2, SIGWINCH: .windowChange,
    ]
}

extension Master {
    /// Those that are read, and so have no other effect.
    static let signals = Event.Signal.numbers.map(\.key) + [SIGCHLD, SIGABRT]
}

extension Event.Message {
    init(_ message: WorkerMessage) {
        self =
            switch message {
            case .booted: .booted
            case .ready: .ready
            case .draining: .draining
            case .drained: .drained
            case .recycle: .recycle
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
