import Contract
import Linux
import Logging
import Supervisor

/// The words for what the supervisor has to say.
struct Line {
    let level: Logger.Level
    let text: String
    /// Whom it is about.
    var worker: Worker.ID?

    init(_ notice: Notice) {
        switch notice {
        case .prestartBegan(let generation): self.init(.info, "prestart begins: generation \(generation)")
        case .prestartTimePassed(_, let time):
            self.init(.error, "prestart is not done after \(time.text), which is prestart-timeout; it is told to stop")
        case .prestartEnded(_, _, let took, .succeeded): self.init(.info, "prestart done in \(took.text)")
        case .prestartEnded(_, let ending, let took, .stopped):
            self.init(.info, "prestart stopped after \(took.text): \(ending.text)")
        case .prestartEnded(_, let ending, let took, .failed):
            self.init(.error, "prestart failed after \(took.text): \(ending.text)")
        case .prestartEnded(_, let ending, let took, .late):
            self.init(
                .error,
                "prestart failed after \(took.text): it took longer than --prestart-timeout allows (\(ending.text))")
        case .workerReady(let id, let after): self.init(.info, "worker ready in \(after.text)", id)
        case .workerEnded(let id, let ending, let state, let age, let restart):
            self.init(id, ending, state, age, restart)
        case .healthProblem(let problem): self.init(.error, "health problem: \(problem)")
        case .healthProblemEnded(let time):
            self.init(.notice, "no worker has a health problem any more, after \(time.text)")
        case .workerDrains(let id): self.init(.info, "worker drains", id)
        case .workerLeaves(let id): self.init(.notice, "worker drains, though this master did not tell it to", id)
        case .gracePassed(let id):
            self.init(.warning, "worker has not drained within graceful-timeout; it is told to stop", id)
        case .bootTimePassed(let id):
            self.init(.error, "worker is not ready within boot-timeout; it is told to abort", id)
        case .workerStuck(let id, let fault):
            self.init(.error, "worker is stuck: \(fault.text); it is told to abort", id)
        case .workerRetires(let id, .asked):
            self.init(.info, "worker asks for a replacement (recycle): it serves until that is ready", id)
        case .workerRetires(let id, .memory(let bytes)):
            let text = "worker uses \(bytes >> 20) MiB, more than max-worker-memory (recycle)"
            self.init(.notice, "\(text): it serves until a replacement is ready", id)
        case .workerRetires(let id, .outdated):
            self.init(.notice, "worker has no use of a mended listening socket: it is replaced by one that has", id)
        case .workerKilled(let id): self.init(.notice, "worker is killed", id)
        case .allReady(let workers): self.init(.info, workers == 1 ? "ready: 1 worker" : "ready: \(workers) workers")
        case .workersWanted(let count): self.init(.info, count == 1 ? "1 worker wanted" : "\(count) workers wanted")
        case .workersAtLimit(let count): self.init(.notice, "\(count) workers wanted, as before: that is the limit")
        case .reloadBegan(let generation): self.init(.info, "reload begins: generation \(generation)")
        case .reloadNoted: self.init(.info, "reload noted: it begins when what is under way has ended")
        case .reloadDone(let generation, let took):
            self.init(.info, "reload done in \(took.text): generation \(generation) serves")
        case .reloadAbandoned(_, let failure): self.init(.error, "reload abandoned: \(failure.text)")
        case .stopBegan(.withdraw):
            self.init(.info, "stopping: readiness is off for shutdown-delay, and all are served")
        case .stopBegan(.drain): self.init(.info, "stopping: workers finish what they have")
        case .stopBegan(.stop): self.init(.info, "stopping quickly: workers cancel what they have")
        case .stopBegan(.kill): self.init(.warning, "stopping at once: workers are killed")
        case .givenUp(let outcome): self.init(.critical, outcome.text)
        case .upgradeBegan: self.init(.info, "upgrade begins: the executable is checked in a child")
        case .upgradeNoted: self.init(.info, "upgrade noted: it begins when what is under way has ended")
        case .upgradeDone: self.init(.info, "upgrade done: the master runs the new executable; its workers follow")
        case .upgradeAbandoned(let failure): self.init(.error, "upgrade abandoned: \(failure.text)")
        case .overran(let time):
            self.init(.warning, "this master stood still for \(time.text): its workers' deadlines move as far")
        }
    }

    private init(_ level: Logger.Level, _ text: String, _ worker: Worker.ID? = nil) {
        self.level = level
        self.text = text
        self.worker = worker
    }

    /// What the worker was doing says whether its end was asked for.
    private init(_ id: Worker.ID, _ ending: Ending, _ state: Worker.State, _ age: Duration, _ restart: Duration?) {
        let next = restart.map { "; another starts in \($0.text)" } ?? ""
        let cause = "\(ending.text), \(age.text) old\(next)"
        switch (state, ending) {
        case (.draining, .exited(0)): self.init(.info, "worker drained, \(age.text) old", id)
        case (.stopping, .exited(0)): self.init(.info, "worker stopped, \(age.text) old", id)
        case (.draining, _), (.stopping, _): self.init(.warning, "worker ended while it stopped: \(cause)", id)
        case (.killed, .signaled(9)): self.init(.info, "worker ended: killed by this master, \(age.text) old", id)
        case (.failed(let fault), .signaled(9)):
            self.init(.error, "worker ended: \(fault.text), so this master killed it; \(age.text) old\(next)", id)
        case (.failing(_, let fault), _), (.failed(let fault), _):
            self.init(.error, "worker ended: \(fault.text); \(cause)", id)
        case (.ready, .exited(75)):
            self.init(.info, "worker ended: it asked for a replacement, \(age.text) old", id)
        case (.booting, _): self.init(.error, "worker ended before it was ready: \(cause)", id)
        case (.ready, _), (.killed, _): self.init(.error, "worker ended: \(cause)", id)
        }
    }
}
