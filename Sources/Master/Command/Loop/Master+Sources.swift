import Contract
import Linux
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

    /// One that never stops speaking must not keep the master from the others.
    func listen(to worker: WorkerProcess) {
        for _ in 0..<Self.messagesATurn {
            guard !worker.limit.rests(at: MonotonicClock.now), hearOne(of: worker) else { return }
        }
    }

    private static let messagesATurn = 8

    /// - Returns: whether there may be another message.
    private func hearOne(of worker: WorkerProcess) -> Bool {
        guard !worker.isSilent else { return false }
        switch worker.control.receive(WorkerMessage.self) {
        case .message(let message):
            if worker.limit.heard(at: MonotonicClock.now) {
                log.warning(
                    "a worker sends \(MessageLimit.most) messages in a second: it is heard that often at most, and serves on",
                    metadata: metadata(worker.id))
            }
            handle(Event(message, from: worker.id))
            return true
        case .unknown:
            log.warning(
                "a worker says what this master does not know: it is not heard any more", metadata: metadata(worker.id))
            worker.isSilent = true
        case .empty: break
        case .end: worker.isSilent = true
        }
        return false
    }

    func reap(_ worker: WorkerProcess) {
        // What it said last, whether it rests or not.
        for _ in 0..<MessageLimit.most { guard hearOne(of: worker) else { break } }
        guard workers[worker.id] != nil, let status = worker.child.reap() else { return }
        let kills = ControlGroup.oomKills ?? oomKills
        let obituary = Obituary(account: account(of: worker.id), oomKills: kills - oomKills)
        oomKills = kills
        worker.obituary = obituary
        totals.add(obituary)
        holdings.scoreboard.close(worker.id.slot)
        handle(.ended(worker.id, Ending(status)))
        workers[worker.id] = nil
        reapStrangers()
    }

    func reap(_ process: PrestartProcess) {
        if process.isToldToEnd { process.child.signalGroup(SIGKILL) }
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
        let count = OrphanReaper.reap(except: own)
        if count > 0 { log.debug("\(count) processes without a parent have ended") }
    }

    /// What a worker shows of its work.
    func account(of id: Worker.ID) -> Scoreboard.Slot.Account {
        guard let worker = supervisor.workers.first(where: { $0.id == id }) else { return .empty }
        let limit = generations[id.generation]?.mostConnections ?? 0
        return holdings.scoreboard.slot(id.slot).account(since: worker.started, connections: limit)
    }

    /// What the scoreboard shows of those that a supervisor watches.
    var vitals: [Worker.ID: Vitals] {
        var vitals: [Worker.ID: Vitals] = [:]
        for id in workers.keys {
            let slot = holdings.scoreboard.slot(id.slot)
            vitals[id] = Vitals(tick: slot.lastTick, poolOverdueSince: slot.poolOverdueSince)
        }
        return vitals
    }

    /// The state goes to the log before the signal takes its usual course (abort(3)).
    private func dieOfAbort() {
        log.critical("aborted; the state follows")
        for line in report().text.split(separator: "\n") { log.critical("\(line)") }
        for worker in supervisor.workers {
            logInFlight(account(of: worker.id), worker.id)
        }
        CurrentProcess.abort()
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

extension Event {
    init(_ message: WorkerMessage, from id: Worker.ID) {
        self =
            switch message {
            case .booted: .message(.booted, from: id)
            case .ready: .message(.ready, from: id)
            case .draining: .message(.draining, from: id)
            case .drained: .message(.drained, from: id)
            case .recycle: .message(.recycle, from: id)
            case .healthProblem(let problem): .healthProblem(problem, from: id)
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
