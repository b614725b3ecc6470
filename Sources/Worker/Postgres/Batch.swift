/// What the pool knows of a request.
struct PooledRequest: Equatable, Sendable {
    let id: Int
    let kind: PostgresStatement.Kind
    /// CLOCK_MONOTONIC, nanoseconds.
    let deadline: UInt64
    /// How often it was sent, and came back without an answer of its own.
    var repetitions = 0
}

/// Requests that a connection has sent together: they share a round trip, and a transaction.
struct Batch: Equatable, Sendable {
    /// What became of a request.
    enum Outcome: Equatable, Sendable {
        case success
        case failure(PostgresError)
        /// It has not been executed, or was rolled back, or may be executed again.
        case again(PooledRequest)
    }

    /// The statement that failed. The server has executed nothing after it.
    struct Failure: Equatable, Sendable {
        /// Of the request; nil for the commit.
        let index: Int?
        let message: ServerMessage
    }

    let requests: [PooledRequest]

    /// A request is sent again only so often: what has failed twice may be its own fault.
    private static let maxRepetitions = 1

    /// The earliest deadline.
    var deadline: UInt64 { requests.map(\.deadline).min() ?? .max }

    private var isWrite: Bool { requests.first?.kind == .write }

    /// The server has answered all of it.
    func outcomes(_ failure: Failure?, at now: UInt64) -> [Outcome] {
        guard let failure else { return requests.map { _ in .success } }
        return requests.enumerated().map { index, request in
            if let failed = failure.index {
                // Reads before it have their rows. Writes were rolled back.
                if index < failed, !isWrite { return .success }
                if index != failed { return .again(request) }
            }
            return outcome(of: request, failed: failure.message, at: now)
        }
    }

    private func outcome(of request: PooledRequest, failed message: ServerMessage, at now: UInt64) -> Outcome {
        switch message.code {
        case SQLState.queryCanceled where request.deadline <= now: .failure(.timedOut(message.description))
        // The first of these are meant for another request of the batch, or for an earlier one.
        case SQLState.queryCanceled, SQLState.deadlock, SQLState.serializationFailure, SQLState.readOnlyTransaction,
            SQLState.unknownStatement, SQLState.featureNotSupported:
            again(request) ?? .failure(.server(message))
        default: .failure(.server(message))
        }
    }

    /// The connection was lost before the server had answered all of it.
    func outcomesOfLoss(_ reason: String, at now: UInt64) -> [Outcome] {
        requests.map { request in
            if isWrite { return .failure(.outcomeUnknown(reason)) }
            if request.deadline <= now { return .failure(.timedOut(reason)) }
            return again(request) ?? .failure(.unavailable(reason))
        }
    }

    private func again(_ request: PooledRequest) -> Outcome? {
        guard request.repetitions < Self.maxRepetitions else { return nil }
        var request = request
        request.repetitions += 1
        return .again(request)
    }
}
