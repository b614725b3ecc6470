import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    func serveControl(_ ready: [Poll.Readiness]) {
        guard let controlServer = holdings.controlServer else { return }
        let requests = controlServer.handle(ready, at: MonotonicClock.now) {
            pendingRequests.remove($0)
        } dropped: { request in
            if case .status = request { return }
            log.notice("'\(request.line)' is not done: who asked for it on the control socket did not wait for a reply")
        }
        for (client, request) in requests where end == nil { perform(request, for: client, controlServer) }
    }

    private func perform(_ request: ControlRequest, for client: Int, _ controlServer: ControlServer) {
        let now = MonotonicClock.now
        switch request {
        case .status(let asJSON):
            let report = report()
            controlServer.answer(client, .success(asJSON ? report.json : report.text), at: now)
        case .reload(let waits):
            if case .stopping = supervisor.standing {
                return controlServer.answer(client, .failure("the server stops"), at: now)
            }
            if waits { pendingRequests.add(.reload(after: supervisor.newestGeneration), for: client) }
            handle(.signal(.hangup))
            if !waits {
                controlServer.answer(client, .success("a reload is asked for; the log says what comes of it"), at: now)
            }
        case .stop(let waits):
            if waits { pendingRequests.add(.stop, for: client) }
            // Asking twice is no wish for more haste, unlike a second signal.
            if case .stopping = supervisor.standing {} else { handle(.signal(.terminate)) }
            if !waits { controlServer.answer(client, .success("the server stops; the log says when it has"), at: now) }
        case .scale(let count):
            if case .stopping = supervisor.standing {
                return controlServer.answer(client, .failure("the server stops"), at: now)
            }
            pendingRequests.add(.scale(count), for: client)
            handle(.scale(to: count))
        }
    }

    /// Answers whoever waits for something that has come about.
    func answerPendingRequests() {
        let living = supervisor.workers.count { !$0.isLeaving }
        answer(
            pendingRequests.workersChanged(ready: supervisor.readyWorkers, living: living, target: supervisor.target))
    }

    func answer(_ answered: [(client: Int, reply: ControlReply)]) {
        for (client, reply) in answered { holdings.controlServer?.answer(client, reply, at: MonotonicClock.now) }
    }

    private var prestartLine: StatusReport.PrestartStatus? {
        guard let prestart, let began = supervisor.prestartBegan else { return nil }
        return StatusReport.PrestartStatus(
            pid: prestart.child.pid, generation: prestart.generation, started: began)
    }

    func report() -> StatusReport {
        var requests = totals.requests
        var latency = totals.latency
        let lines = supervisor.workers.map { worker in
            let account = account(of: worker.id)
            let pid = workers[worker.id]?.child.pid
            requests = .addingClamped(requests, account.requests)
            latency += account.latency
            return StatusReport.WorkerStatus(
                id: worker.id, pid: pid, state: worker.state.name, started: worker.started, account: account,
                memory: pid.flatMap(ProcessStatus.memory))
        }
        let refusals = refusals
        // After the workers were looked at: what has begun meanwhile is not younger than nothing.
        let now = MonotonicClock.now
        return StatusReport(
            state: state(refuses: !refusals.isEmpty), pid: getpid(), age: now - started,
            generation: supervisor.generation,
            target: supervisor.target, ready: supervisor.readyWorkers, requests: requests, latency: latency,
            lost: totals.lost, lastLoss: lastLoss, lastChange: lastChange, prestart: prestartLine,
            refusals: refusals, problems: supervisor.healthProblems, workers: lines,
            now: now)
    }
}
