import Foundation
import Synchronization

/// Requests that never end, over kept and over fresh connections, and every failure by its kind.
final class Load: Sendable {
    /// How a request failed.
    enum Kind: Hashable {
        case refused, reset, timedOut
        /// The answer ended before it was whole; also a connection opened for the request that closed without a byte.
        case cutShort
        /// A kept connection closed, though the answer before this request had not said so.
        case closedBeforeTheAnswer
        case status(Int)
        case wrongBody
    }

    struct Failure: Equatable {
        let kind: Kind
        let target: String
    }

    struct Outcome: Equatable {
        var answered = 0
        var failures: [Failure] = []

        /// How many of each kind, for people.
        var summary: String {
            let kinds = Dictionary(grouping: failures, by: \.kind).map { "\($0.value.count) \($0.key)" }.sorted()
            return "\(answered) answered, " + (kinds.isEmpty ? "0 failed" : kinds.joined(separator: ", "))
        }
    }

    /// A request, and what its answer must be.
    struct Exchange {
        var method = "GET"
        var target: String
        var fields: [String] = []
        var body: String?
        var status = 200
        /// What the answer's content holds.
        var words = ""
    }

    /// One that goes on after so many failures would only fill the memory.
    private static let mostFailures = 1000

    private let outcome = Mutex(Outcome())
    private let stopping = Atomic(false)
    private let progress = NSCondition()
    private let finished = DispatchGroup()

    /// - Parameters:
    ///   - patience: for each answer, in seconds.
    ///   - keepsConnections: by the thread's number; otherwise each request has a connection of its own.
    ///   - exchange: makes the request of a thread, by the numbers of both.
    init(
        _ address: Client.Address, threads: Int, patience: Int = 60,
        keepsConnections: @escaping @Sendable (Int) -> Bool = { $0 % 2 == 0 },
        exchange: @escaping @Sendable (_ thread: Int, _ number: Int) -> Exchange
    ) {
        for thread in 0..<threads {
            finished.enter()
            Thread.detachNewThread { [self] in
                run(address, patience, keepsConnections: keepsConnections(thread)) { exchange(thread, $0) }
                finished.leave()
            }
        }
    }

    /// Recipes, read one by one.
    convenience init(port: UInt16, threads: Int) {
        self.init(.tcp(port: port), threads: threads) { _, _ in Exchange(target: "/api/v1/recipes/1") }
    }

    /// Waits until so many further requests are answered.
    func waitForMore(than count: Int) throws {
        let goal = answered + count
        let end = Date(timeIntervalSinceNow: 60)
        progress.lock()
        defer { progress.unlock() }
        while answered < goal {
            guard progress.wait(until: end) else {
                throw ChildProcess.Failure(description: "the load stands still: \(outcome.withLock(\.summary))")
            }
        }
    }

    private var answered: Int { outcome.withLock(\.answered) }

    /// Ends the load; what came of it.
    func stop() -> Outcome {
        stopping.store(true, ordering: .relaxed)
        finished.wait()
        return outcome.withLock(\.self)
    }

    private func run(
        _ address: Client.Address, _ patience: Int, keepsConnections: Bool, exchange: (Int) -> Exchange
    ) {
        var kept: Client?
        var number = 0
        while !stopping.load(ordering: .relaxed) {
            let wish = exchange(number)
            number += 1
            let isFresh = kept == nil
            do {
                let client = try kept ?? Client(address, patience: patience)
                kept = nil
                let answer = try client.ask(wish.method, wish.target, fields: wish.fields, body: wish.body)
                note(answer, to: wish)
                if keepsConnections, answer["connection"] != "close" { kept = client }
            } catch {
                guard add(Failure(kind: Kind(error, isFresh: isFresh), target: wish.target)) else { return }
            }
        }
    }

    private func note(_ answer: Client.Answer, to wish: Exchange) {
        if answer.status != wish.status {
            _ = add(Failure(kind: .status(answer.status), target: wish.target))
        } else if !wish.words.isEmpty, !answer.body.contains(wish.words) {
            _ = add(Failure(kind: .wrongBody, target: wish.target))
        }
        outcome.withLock { $0.answered += 1 }
        progress.lock()
        progress.broadcast()
        progress.unlock()
    }

    /// - Returns: whether to go on.
    private func add(_ failure: Failure) -> Bool {
        outcome.withLock {
            $0.failures.append(failure)
            return $0.failures.count < Self.mostFailures
        }
    }
}

extension Load.Kind {
    fileprivate init(_ error: any Error, isFresh: Bool) {
        self =
            switch error as? Client.Failure {
            case .refused: .refused
            case .timedOut: .timedOut
            case .cutShort(atOnce: true) where !isFresh: .closedBeforeTheAnswer
            case .cutShort: .cutShort
            case .reset, nil: .reset
            }
    }
}
