import Contract
import Supervisor

/// Control requests whose reply is a result, and the clients that wait for it. A value: the supervisor's events and numbers
/// decide.
struct PendingControlRequests {
    enum PendingRequest: Equatable {
        /// A reload to a generation after this one.
        case reload(after: Int)
        case stop
        case scale(Int)
        /// Until it has exited.
        case drain(Worker.ID)
    }

    typealias AddressedReply = (client: Int, reply: ControlReply)

    private var pending: [(client: Int, request: PendingRequest)] = []

    mutating func add(_ request: PendingRequest, for client: Int) {
        pending.append((client, request))
    }

    /// The client does not wait any more.
    mutating func remove(_ client: Int) {
        pending.removeAll { $0.client == client }
    }

    /// The answers that follow from an event.
    mutating func handle(_ event: OperatorEvent) -> [AddressedReply] {
        answer { request in
            switch (request, event) {
            case (.reload(let newest), .reloadComplete(let generation, _)) where generation > newest:
                .success(OperatorMessage(event).text)
            case (.reload(let newest), .reloadFailed(let generation, _)) where generation > newest:
                .failure(OperatorMessage(event).text)
            case (.reload, .stopping), (.scale, .stopping), (.drain, .stopping): .failure("the server is stopping")
            case (.drain(let id), .workerExited(let exited, let status, let state, _, _)) where exited == id:
                Self.drained(id, status, state, OperatorMessage(event).text)
            case (.drain(let id), .workerExited(_, _, .booting, _, _)),
                (.drain(let id), .workerExited(_, _, .failed, _, _)):
                .failure(
                    "\(OperatorMessage(event).text); the master keeps trying, and worker \(id.slot) serves until then")
            case (.scale(let count), .targetAtLimit(let present)) where count != present:
                .failure("give 1 to \(ServerConfiguration.maxWorkers) workers; the number stays \(present)")
            case (.scale(let count), .targetChanged(let other)) where other != count:
                .failure("another request has set the number of workers to \(other)")
            case (.scale, .workerExited(_, _, .booting, _, _)), (.scale, .workerExited(_, _, .failed, _, _)):
                .failure("\(OperatorMessage(event).text); the master keeps trying")
            default: nil
            }
        }
    }

    private static func drained(
        _ id: Worker.ID, _ status: ExitStatus, _ state: Worker.State, _ text: String
    ) -> ControlReply {
        if case .draining = state, status == .success {
            return .success("worker \(id.slot) of generation \(id.generation) has drained and is replaced")
        }
        return .failure("worker \(id.slot) of generation \(id.generation): \(text)")
    }

    /// The answers that follow from the present numbers.
    /// - Parameters:
    ///   - ready: workers that serve.
    ///   - living: workers that do not leave.
    mutating func workersChanged(ready: Int, living: Int, target: Int) -> [AddressedReply] {
        answer { request in
            guard case .scale(let count) = request, target == count, ready == count, living == count else { return nil }
            return .success(count == 1 ? "1 worker is ready" : "\(count) workers are ready")
        }
    }

    /// The master exits: every client gets an answer.
    mutating func serverEnded(_ code: ExitCode) -> [AddressedReply] {
        answer { request in
            request == .stop && code == .ok
                ? .success("stopped") : .failure("the server has exited: \(code.reason)")
        }
    }

    /// Nobody will answer any more.
    mutating func failAll(_ reason: String) -> [AddressedReply] {
        answer { _ in .failure(reason) }
    }

    private mutating func answer(_ reply: (PendingRequest) -> ControlReply?) -> [AddressedReply] {
        var answers: [AddressedReply] = []
        pending.removeAll { client, request in
            guard let reply = reply(request) else { return false }
            answers.append((client, reply))
            return true
        }
        return answers
    }
}
