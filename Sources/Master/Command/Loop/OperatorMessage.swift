import Contract
import Glibc
import Linux
import Logging
import Supervisor

/// The log message of an operator event.
struct OperatorMessage {
    let level: Logger.Level
    let text: String
    /// Whom it is about.
    var worker: Worker.ID?

    init(_ event: OperatorEvent) {
        switch event {
        case .prestartStarted(let generation): self.init(.info, "prestart started: generation \(generation)")
        case .prestartTimedOut(_, let time):
            self.init(.error, "prestart has not finished within prestart-timeout (\(time.text)): sending TERM")
        case .prestartExited(_, _, let time, .succeeded): self.init(.info, "prestart complete in \(time.text)")
        case .prestartExited(_, let status, let time, .stopped):
            self.init(.info, "prestart stopped after \(time.text): \(status.text)")
        case .prestartExited(_, let status, let time, .failed):
            self.init(.error, "prestart failed: \(status.text), after \(time.text)")
        case .prestartExited(_, let status, let time, .timedOut):
            self.init(
                .error,
                "prestart failed: it took longer than --prestart-timeout allows (\(status.text)), after \(time.text)")
        case .workerReady(let id, let time): self.init(.info, "worker ready in \(time.text)", id)
        case .workerExited(let id, let status, let state, let age, let restart):
            self.init(id, status, state, age, restart)
        case .healthProblem(let problem): self.init(.error, "health problem: \(problem)")
        case .healthProblemResolved(let time): self.init(.notice, "health problem resolved after \(time.text)")
        case .workerDraining(let id): self.init(.info, "worker draining", id)
        case .workerDrainingByItself(let id):
            self.init(.notice, "worker draining, though this master did not ask it to", id)
        case .gracefulTimeoutPassed(let id):
            self.init(.warning, "worker has not drained within graceful-timeout: stopping it", id)
        case .bootTimedOut(let id):
            self.init(.error, "worker is not ready within boot-timeout: sending ABRT", id)
        case .workerStuck(let id, let failure):
            self.init(.error, "worker is stuck: \(failure.text): sending ABRT", id)
        case .workerRecycling(let id, .requested):
            self.init(.info, "worker requests its replacement (recycle): it serves until that is ready", id)
        case .workerRecycling(let id, .memory(let bytes)):
            let text = "worker uses \(bytes >> 20) MiB, more than max-worker-memory (recycle)"
            self.init(.notice, "\(text): it serves until its replacement is ready", id)
        case .workerRecycling(let id, .listenerReplaced):
            self.init(
                .notice, "worker holds a listening socket that was replaced: it serves until its replacement is ready",
                id)
        case .workerRecycling(let id, .operatorsRequest):
            self.init(.info, "worker is replaced, as asked: it serves until its replacement is ready", id)
        case .workerKilled(let id): self.init(.notice, "sending KILL to the worker", id)
        case .serverReady(let workers): self.init(.info, "ready: \(Self.workers(workers))")
        case .targetChanged(let workers): self.init(.info, "scaling to \(Self.workers(workers))")
        case .targetAtLimit(let workers):
            self.init(.notice, "the number of workers is at its limit and stays \(workers)")
        case .reloadStarted(let generation): self.init(.info, "reload started: generation \(generation)")
        case .reloadQueued: self.init(.info, "reload queued: it starts when the current operation ends")
        case .reloadComplete(let generation, let time):
            self.init(.info, "reload complete in \(time.text): generation \(generation) serves")
        case .reloadFailed(_, let failure): self.init(.error, "reload failed: \(failure.text)")
        case .stopping(.withdraw):
            self.init(.info, "stopping: readiness is off for shutdown-delay, requests are still served")
        case .stopping(.drain): self.init(.info, "stopping: waiting for in-flight requests")
        case .stopping(.stop): self.init(.info, "stopping quickly: cancelling in-flight requests")
        case .stopping(.kill): self.init(.warning, "stopping at once: killing workers")
        case .startFailed(let code): self.init(.critical, code.reason)
        case .upgradeStarted: self.init(.info, "upgrade started: checking the new executable in a child")
        case .upgradeQueued: self.init(.info, "upgrade queued: it starts when the current operation ends")
        case .upgradeComplete:
            self.init(.info, "upgrade complete: the master runs the new executable; its workers follow")
        case .upgradeFailed(let failure): self.init(.error, "upgrade failed: \(failure.text)")
        case .masterStalled(let time):
            self.init(.warning, "this master stood still for \(time.text): deadlines of workers move by as much")
        }
    }

    private init(_ level: Logger.Level, _ text: String, _ worker: Worker.ID? = nil) {
        self.level = level
        self.text = text
        self.worker = worker
    }

    /// What the worker was doing tells whether its exit was asked for.
    private init(
        _ id: Worker.ID, _ status: ExitStatus, _ state: Worker.State, _ age: Duration, _ restart: Duration?
    ) {
        let next = restart.map { "; replacement starts in \($0.text)" } ?? ""
        let cause = "\(status.text), \(age.text) old\(next)"
        switch (state, status) {
        case (.draining, .success): self.init(.info, "worker exited: drained, \(age.text) old", id)
        case (.stopping, .success): self.init(.info, "worker exited: stopped, \(age.text) old", id)
        case (.draining, _), (.stopping, _): self.init(.warning, "worker exited while stopping: \(cause)", id)
        case (.killed, .signaled(SIGKILL)):
            self.init(.info, "worker exited: killed by this master, \(age.text) old", id)
        case (.failed(let failure), .signaled(SIGKILL)):
            self.init(.error, "worker exited: \(failure.text), so this master killed it; \(age.text) old\(next)", id)
        case (.failing(_, let failure), _), (.failed(let failure), _):
            self.init(.error, "worker exited: \(failure.text); \(cause)", id)
        case (.ready, .exited(ExitCode.recycle.rawValue)):
            self.init(.info, "worker exited: it requested its replacement, \(age.text) old", id)
        case (.booting, _): self.init(.error, "worker exited before it was ready: \(cause)", id)
        case (.ready, _), (.killed, _): self.init(.error, "worker exited: \(cause)", id)
        }
    }

    private static func workers(_ count: Int) -> String { count == 1 ? "1 worker" : "\(count) workers" }
}

extension Duration {
    /// Seconds, as exactly as a person cares.
    var text: String {
        let (seconds, attoseconds) = components
        let hundredths = attoseconds / 10_000_000_000_000_000
        if seconds >= 100 { return "\(seconds) s" }
        return "\(seconds).\(hundredths < 10 ? "0" : "")\(hundredths) s"
    }
}

extension ExitStatus {
    var text: String {
        switch self {
        case .exited(let number):
            switch code {
            case .usage: "exit code 1 (invalid settings or usage)"
            case .boot: "exit code 3 (boot failed)"
            case .application: "exit code 4 (the application could not be built)"
            case .prestart: "exit code 5 (prestart failed)"
            default: "exit code \(number)"
            }
        case .signaled(let number): "killed by \(Self.signalNames[number] ?? "signal \(number)")"
        case .notStarted(let reason): "not started: \(reason)"
        }
    }

    private static let signalNames: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT",
        SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV",
        SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGSYS: "SIGSYS",
        SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    ]
}

extension ExitCode {
    /// Why a master ends with it.
    var reason: String {
        switch self {
        case .ok: "stopped"
        case .boot: "no worker became ready in ten tries: see their messages above"
        case .application: "the application could not be built: see the worker's message above"
        case .usage: "the worker rejects its settings: see its message above"
        case .prestart: "the server does not start without its prestart: see its message above"
        case .bind, .locked, .invariant, .recycle: "exit code \(rawValue)"
        }
    }
}

extension LivenessFailure {
    fileprivate var text: String {
        switch self {
        case .bootTimeout: "it is not ready within boot-timeout"
        case .loopStuck(let time): "its loop has stood still for \(time.text)"
        case .poolStuck(let time): "its blocking threads are \(time.text) past request-timeout, and work waits"
        }
    }
}

extension Reload.Failure {
    fileprivate var text: String {
        switch self {
        case .open(let reason): reason
        case .prestart(let status): "the prestart failed: \(status.text); see its message above"
        case .prestartTimedOut:
            "the prestart took longer than --prestart-timeout allows; see what it waits for, or give it more time"
        case .workerExited(let id, .notStarted(let reason)): "the new worker \(id.slot) exited: not started: \(reason)"
        case .workerExited(let id, let status):
            "the new worker \(id.slot) exited: \(status.text); see its message above"
        case .bootTimedOut(let id): "the new worker \(id.slot) is not ready within boot-timeout"
        case .workerStuck(let id, let failure): "the new worker \(id.slot) is stuck: \(failure.text)"
        case .workerLeft(let id): "the new worker \(id.slot) drained, though this master did not ask it to"
        }
    }
}

extension Upgrade.Failure {
    fileprivate var text: String {
        switch self {
        case .check(.notStarted(let reason)): "the new executable cannot take over: \(reason)"
        case .check(.signaled(let number)):
            "the new executable cannot take over: \(ExitStatus.signaled(number).text); is the file complete?"
        case .check(let status):
            "the new executable cannot take over: \(status.text); see its message above. Without one, it does not read "
                + "this build's upgrade state (version \(UpgradeSnapshot.version)): restart the server instead"
        case .checkTimedOut: "the new executable has not shown within boot-timeout that it can take over"
        case .exec(let reason): reason
        case .returned(let reason): "the new executable gave up, and the old one goes on: \(reason)"
        }
    }
}
