import DequeModule

/// Which request goes to which connection, and when; as a value.
///
/// A connection gets a batch when it has answered the one before, so the next batch grows while all connections are busy. One
/// connection is left to reads, if there are several: a write may wait for a lock.
struct ConnectionPool: Sendable {
    struct Limits: Equatable, Sendable {
        var connections = 2
        /// Requests that wait for a connection.
        var waiting = 1024
        /// Nanoseconds that requests wait, at most, while there is no connection.
        var patience: UInt64 = 2_000_000_000
        /// Nanoseconds from the deadline, when the server is asked to cancel, until the connection is given up.
        var cancelGrace: UInt64 = 1_000_000_000
    }

    enum Event {
        case submitted(PooledRequest)
        /// The end of a pass.
        case turn
        case connected(Int)
        /// It could not be opened, or was lost while it was idle or busy.
        case lost(Int, String)
        case answered(Int, Batch.Failure?)
        /// A deadline, maybe.
        case timeReached
        case stopped
    }

    enum Action: Equatable {
        case connect(Int)
        case send(Int, Batch)
        /// Ask the server to stop what the connection executes.
        case cancel(Int)
        case close(Int)
        case succeed(Int)
        case fail(Int, PostgresError)
        /// Send a turn: requests wait, and a connection may be free.
        case askForTurn
    }

    private enum Connection: Equatable {
        case closed(retryAt: UInt64)
        case connecting
        case idle
        case busy(Batch, cancelAt: UInt64)
        case cancelling(Batch, againAt: UInt64, giveUpAt: UInt64)

        var isOpen: Bool {
            switch self {
            case .closed, .connecting: false
            case .idle, .busy, .cancelling: true
            }
        }

        var isWriting: Bool {
            switch self {
            case .busy(let batch, _), .cancelling(let batch, _, _): batch.requests.first?.kind == .write
            default: false
            }
        }

        var deadline: UInt64? {
            switch self {
            case .closed(let retryAt): retryAt
            case .busy(_, let cancelAt): cancelAt
            case .cancelling(_, let againAt, let giveUpAt): min(againAt, giveUpAt)
            case .connecting, .idle: nil
            }
        }
    }

    private struct Outage: Equatable {
        let since: UInt64
        var reason: String
    }

    private let limits: Limits
    private let random: @Sendable () -> Double
    private var connections: [Connection]
    private var backoffs: [Backoff]
    /// By kind, each in the order of arrival.
    private var waiting: [PostgresStatement.Kind: Deque<PooledRequest>] = [.shortRead: [], .longRead: [], .write: []]
    private var waitingCount = 0
    /// Not later than the deadline of any of them.
    private var earliestWaiting = UInt64.max
    /// While no connection is open.
    private var outage: Outage?
    private var isStopped = false

    /// - Parameter random: for jitter, from 0 up to 1.
    init(_ limits: Limits, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }) {
        self.limits = limits
        self.random = random
        connections = Array(repeating: .closed(retryAt: 0), count: limits.connections)
        backoffs = Array(repeating: Backoff(), count: limits.connections)
    }

    /// Why there is no connection; nil if there is one, or the first one is being opened.
    var problem: String? { outage?.reason }

    /// When `timeReached` is wanted.
    var deadline: UInt64? {
        var earliest = connections.compactMap(\.deadline).min() ?? .max
        if waitingCount > 0 {
            earliest = min(earliest, earliestWaiting)
            if let outage { earliest = min(earliest, outage.since + limits.patience) }
        }
        return earliest == .max ? nil : earliest
    }

    mutating func handle(_ event: Event, at now: UInt64) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .submitted(let request): submit(request, at: now, &actions)
        case .turn: dispatch(at: now, &actions)
        case .connected(let index):
            connections[index] = .idle
            backoffs[index].reset()
            outage = nil
            if waitingCount > 0 { actions.append(.askForTurn) }
        case .lost(let index, let reason): lose(index, reason, at: now, &actions)
        case .answered(let index, let failure): answered(index, failure, at: now, &actions)
        case .timeReached: timeReached(at: now, &actions)
        case .stopped: stop(&actions)
        }
        return actions
    }

    // MARK: Requests

    private mutating func submit(_ request: PooledRequest, at now: UInt64, _ actions: inout [Action]) {
        if isStopped {
            actions.append(.fail(request.id, .unavailable("the server stops")))
        } else if waitingCount >= limits.waiting {
            actions.append(.fail(request.id, .overloaded))
        } else if let outage, now >= outage.since + limits.patience {
            actions.append(.fail(request.id, .unavailable(outage.reason)))
        } else {
            waiting[request.kind]!.append(request)
            waitingCount += 1
            earliestWaiting = min(earliestWaiting, request.deadline)
            actions.append(.askForTurn)
        }
    }

    /// Gives what waits to connections that are idle.
    private mutating func dispatch(at now: UInt64, _ actions: inout [Action]) {
        for index in connections.indices where connections[index] == .idle {
            guard let kind = nextKind else { return }
            let count = min(waiting[kind]!.count, Self.maxBatch(kind))
            let batch = Batch(requests: Array(waiting[kind]!.prefix(count)))
            waiting[kind]!.removeFirst(count)
            waitingCount -= count
            connections[index] = .busy(batch, cancelAt: batch.deadline)
            actions.append(.send(index, batch))
        }
    }

    /// The kind of the request that has waited longest and may go now.
    private var nextKind: PostgresStatement.Kind? {
        let isWriteAllowed = connections.count { $0.isWriting } < max(1, limits.connections - 1)
        return waiting.filter { !$0.value.isEmpty && ($0.key != .write || isWriteAllowed) }
            .min { $0.value.first!.id < $1.value.first!.id }?.key
    }

    /// The answers of a batch come together, so a long read would delay the others.
    private static func maxBatch(_ kind: PostgresStatement.Kind) -> Int {
        switch kind {
        case .shortRead: 64
        case .longRead: 4
        case .write: 64
        }
    }

    // MARK: Connections

    private mutating func answered(
        _ index: Int, _ failure: Batch.Failure?, at now: UInt64, _ actions: inout [Action]
    ) {
        guard let batch = batch(index) else { return }
        connections[index] = .idle
        settle(batch, batch.outcomes(failure, at: now), &actions)
        switch failure?.message.code {
        case SQLState.readOnlyTransaction, SQLState.unknownStatement, SQLState.featureNotSupported:
            // The server has become a standby, or the connection's statements are out of date.
            actions.append(.close(index))
            connections[index] = .connecting
            actions.append(.connect(index))
        default: break
        }
        if waitingCount > 0 { actions.append(.askForTurn) }
    }

    private mutating func lose(_ index: Int, _ reason: String, at now: UInt64, _ actions: inout [Action]) {
        if isStopped { return }
        let batch = batch(index)
        connections[index] = .closed(retryAt: now + backoffs[index].next(jitter: random()))
        if !connections.contains(where: \.isOpen) {
            if outage == nil { outage = Outage(since: now, reason: reason) }
            outage?.reason = reason
        }
        if let batch { settle(batch, batch.outcomesOfLoss(reason, at: now), &actions) }
        if waitingCount > 0 { actions.append(.askForTurn) }
    }

    private func batch(_ index: Int) -> Batch? {
        switch connections[index] {
        case .busy(let batch, _), .cancelling(let batch, _, _): batch
        default: nil
        }
    }

    /// - Parameter outcomes: one for each request.
    private mutating func settle(_ batch: Batch, _ outcomes: [Batch.Outcome], _ actions: inout [Action]) {
        var repeated: [PooledRequest] = []
        for (request, outcome) in zip(batch.requests, outcomes) {
            switch outcome {
            case .success: actions.append(.succeed(request.id))
            case .failure(let error): actions.append(.fail(request.id, error))
            case .again(let request): repeated.append(request)
            }
        }
        guard let kind = repeated.first?.kind else { return }
        // They were first.
        waiting[kind]!.prepend(contentsOf: repeated)
        waitingCount += repeated.count
        earliestWaiting = min(earliestWaiting, repeated.map(\.deadline).min() ?? .max)
    }

    // MARK: Time

    private mutating func timeReached(at now: UInt64, _ actions: inout [Action]) {
        if isStopped { return }
        for index in connections.indices {
            switch connections[index] {
            case .closed(let retryAt) where retryAt <= now:
                connections[index] = .connecting
                actions.append(.connect(index))
            case .busy(let batch, let cancelAt) where cancelAt <= now:
                cancel(index, batch, giveUpAt: now + limits.cancelGrace, at: now, &actions)
            case .cancelling(_, _, let giveUpAt) where giveUpAt <= now:
                actions.append(.close(index))
                lose(index, "the database does not answer", at: now, &actions)
            case .cancelling(let batch, let againAt, let giveUpAt) where againAt <= now:
                cancel(index, batch, giveUpAt: giveUpAt, at: now, &actions)
            default: break
            }
        }
        expire(at: now, &actions)
    }

    /// The server ignores a cancellation that arrives before the statement, so it is repeated.
    private mutating func cancel(
        _ index: Int, _ batch: Batch, giveUpAt: UInt64, at now: UInt64, _ actions: inout [Action]
    ) {
        connections[index] = .cancelling(batch, againAt: now + limits.cancelGrace / 5, giveUpAt: giveUpAt)
        actions.append(.cancel(index))
    }

    private mutating func expire(at now: UInt64, _ actions: inout [Action]) {
        let isOutOfPatience = outage.map { $0.since + limits.patience <= now } ?? false
        guard waitingCount > 0, isOutOfPatience || earliestWaiting <= now else { return }
        let error = outage.map { PostgresError.unavailable($0.reason) } ?? .timedOut("all connections are busy")
        earliestWaiting = .max
        waitingCount = 0
        for kind in waiting.keys {
            var left = Deque<PooledRequest>()
            for request in waiting[kind]! {
                if isOutOfPatience || request.deadline <= now {
                    actions.append(.fail(request.id, error))
                } else {
                    left.append(request)
                    earliestWaiting = min(earliestWaiting, request.deadline)
                }
            }
            waiting[kind] = left
            waitingCount += left.count
        }
    }

    private mutating func stop(_ actions: inout [Action]) {
        isStopped = true
        for index in connections.indices {
            if let batch = batch(index) {
                for request in batch.requests {
                    let reason = "the server stops"
                    actions.append(
                        .fail(request.id, request.kind == .write ? .outcomeUnknown(reason) : .unavailable(reason)))
                }
            }
            connections[index] = .closed(retryAt: .max)
            actions.append(.close(index))
        }
        for kind in waiting.keys {
            for request in waiting[kind]! { actions.append(.fail(request.id, .unavailable("the server stops"))) }
            waiting[kind] = []
        }
        waitingCount = 0
    }
}
