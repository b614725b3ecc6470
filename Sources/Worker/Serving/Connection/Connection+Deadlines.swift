import Messages

// How long is waited, and what comes then.
extension Connection {
    /// When to call `expire` unless something happens before; nil when it is not the client who is waited for. It is
    /// mutating, like all that it asks, for speed alone: see `interest`.
    var deadline: UInt64? {
        @inline(__always) mutating get {
            switch phase {
            case .closed: return nil
            case .lingering: return waits.lingerDeadline(times)
            case .open, .finishing:
                guard times.request != nil, let requestDeadline else { return clientDeadline }
                return min(requestDeadline, clientDeadline ?? .max)
            }
        }
    }

    /// Of the request that came first of those that are not answered.
    private var requestDeadline: UInt64? {
        mutating get {
            guard let limit = times.request else { return nil }
            if let first = exchanges.firstPending { return first + limit }
            return phase == .open && exchanges.isEmpty && parser.progress == .body ? parser.arrival + limit : nil
        }
    }

    /// Of what the client is to do.
    private var clientDeadline: UInt64? {
        @inline(__always) mutating get {
            if hasOutput || content != nil {
                let sending = content == nil ? nil : waits.body.deadline
                guard let reading = waits.output.deadline else { return sending }
                return min(reading, sending ?? .max)
            }
            if !exchanges.isEmpty { return nil }
            switch parser.progress {
            case .head: return waits.requestSince + times.head
            case .body:
                if let memorySince = waits.memorySince { return memorySince + times.body }
                return waits.body.deadline
            case .idle:
                if let drainsSince = waits.drainsSince { return max(waits.quietSince, drainsSince) + times.lastChance }
                return waits.quietSince + (requests == 0 ? times.head : times.keepAlive)
            }
        }
    }

    /// Time has passed; does nothing before the deadline.
    /// - Parameter response: for a request whose handler is late, by its number.
    /// - Returns: the numbers of the requests for whose answers nobody waits any more: their handlers are to be cancelled.
    mutating func expire(
        at moment: Moment, with response: (Int) -> Response = { _ in Refusal.late.response }
    ) -> [Int] {
        guard let deadline, deadline <= moment.nanoseconds else { return [] }
        let late = giveUpLate(at: moment, with: response)
        if late.isEmpty { expireClient(at: moment) }
        return late
    }

    /// The client has not done in time what it was to do.
    private mutating func expireClient(at moment: Moment) {
        let now = moment.nanoseconds
        func hasCome(_ deadline: UInt64?) -> Bool { deadline.map { $0 <= now } ?? false }
        if phase == .lingering || hasOutput && hasCome(waits.output.deadline) {
            // An answer that is cut short must not look like one that is whole.
            return end(hasOutput ? .reset : .plain, at: now)
        }
        if content != nil, hasCome(waits.body.deadline) {
            content?.failure = .bodyTimeout
        }
        guard exchanges.isEmpty else { return }
        switch parser.progress {
        case .head: refuse(.headTimeout, at: moment)
        case .body: refuse(isHeldBack ? .noMemory : .bodyTimeout, at: moment)
        case .idle where requests == 0 && waits.drainsSince == nil: refuse(.headTimeout, at: moment)
        case .idle:
            waits.endsIdle = true
            phase = .finishing
        }
    }

    /// Answers for the handlers that have not; later requests that are with theirs may still be answered by them.
    private mutating func giveUpLate(at moment: Moment, with response: (Int) -> Response) -> [Int] {
        guard let limit = times.request else { return [] }
        let late = exchanges.refuse(with: response) {
            $0.isPending && $0.arrival + limit <= moment.nanoseconds
        }
        if late.isEmpty { return [] }
        exchanges.closeWithLast()
        phase = .finishing
        encodeReady(at: moment)
        return late
    }
}
