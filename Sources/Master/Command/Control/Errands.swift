import Contract
import Supervisor

/// Control requests whose answer is what comes of them, and who waits for it. A value: the supervisor's notices and its
/// numbers decide.
struct Errands {
    enum Wish: Equatable {
        /// A reload that begins after this generation was the newest.
        case reload(after: Int)
        case stop
        case scale(Int)
    }

    private var waiting: [(client: Int, wish: Wish)] = []

    mutating func add(_ wish: Wish, for client: Int) {
        waiting.append((client, wish))
    }

    /// The client does not wait any more.
    mutating func forget(_ client: Int) {
        waiting.removeAll { $0.client == client }
    }

    /// Whom a notice answers, and how.
    mutating func hear(_ event: OperatorEvent) -> [(client: Int, reply: ControlReply)] {
        settle { wish in
            switch (wish, event) {
            case (.reload(let newest), .reloadComplete(let generation, _)) where generation > newest:
                .good(OperatorMessage(event).text)
            case (.reload(let newest), .reloadFailed(let generation, _)) where generation > newest:
                .bad(OperatorMessage(event).text)
            case (.reload, .stopping), (.scale, .stopping): .bad("the server is stopping")
            case (.scale(let count), .targetAtLimit(let present)) where count != present:
                .bad("there can be 1 to \(Plan.mostWorkers) workers; \(present) are wanted, as before")
            case (.scale(let count), .targetChanged(let other)) where other != count:
                .bad("somebody else wants \(other) workers now")
            case (.scale, .workerExited(_, _, .booting, _, _)), (.scale, .workerExited(_, _, .failed, _, _)):
                .bad("\(OperatorMessage(event).text); the master goes on trying")
            default: nil
            }
        }
    }

    /// Whom the present numbers answer.
    /// - Parameters:
    ///   - ready: workers that serve.
    ///   - living: workers that do not leave.
    mutating func look(ready: Int, living: Int, target: Int) -> [(client: Int, reply: ControlReply)] {
        settle { wish in
            guard case .scale(let count) = wish, target == count, ready == count, living == count else { return nil }
            return .good(count == 1 ? "1 worker is ready" : "\(count) workers are ready")
        }
    }

    /// The master ends: everybody hears how.
    mutating func end(_ code: ExitCode) -> [(client: Int, reply: ControlReply)] {
        settle { wish in
            wish == .stop && code == .ok ? .good("stopped") : .bad("the server has ended: \(code.reason)")
        }
    }

    /// Whoever waits is told that nobody will answer any more.
    mutating func leave(_ reason: String) -> [(client: Int, reply: ControlReply)] {
        settle { _ in .bad(reason) }
    }

    private mutating func settle(_ reply: (Wish) -> ControlReply?) -> [(client: Int, reply: ControlReply)] {
        var answered: [(client: Int, reply: ControlReply)] = []
        waiting.removeAll { client, wish in
            guard let reply = reply(wish) else { return false }
            answered.append((client, reply))
            return true
        }
        return answered
    }
}
