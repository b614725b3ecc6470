import Messages

// How long is waited, and what comes then.
extension Connection {
    /// When to call `expire` unless something happens before; nil when it is not the client who is waited for.
    @inline(__always) var deadline: UInt64? {
        switch phase {
        case .closed: return nil
        case .lingering: return waits.lingerDeadline(times)
        case .open, .finishing:
            guard times.request != nil, let requestDeadline else { return clientDeadline }
            return min(requestDeadline, clientDeadline ?? .max)
        }
    }

    /// Of the request that came first of those that are not answered.
    private var requestDeadline: UInt64? {
        guard let limit = times.request else { return nil }
        if let first = exchanges.firstPending { return first + limit }
        return phase == .open && exchanges.isEmpty && parser.progress == .body ? parser.arrival + limit : nil
    }

    /// Of what the client is to do.
    @inline(__always) private var clientDeadline: UInt64? {
        if hasOutput || content != nil {
            let reading = waits.output.deadline(standstill: times.standstill)
            let sending = content == nil ? nil : waits.body.deadline(standstill: times.standstill)
            return reading.map { min($0, sending ?? .max) } ?? sending
        }
        if !exchanges.isEmpty { return nil }
        switch parser.progress {
        case .head: return waits.requestSince + times.head
        case .body: return waits.body.deadline(standstill: times.standstill)
        case .idle:
            if let drainsSince = waits.drainsSince { return max(waits.quietSince, drainsSince) + times.lastChance }
            return waits.quietSince + (requests == 0 ? times.head : times.keepAlive)
        }
    }

    /// Time has passed; does nothing before the deadline.
    /// - Returns: the numbers of the requests for whose answers nobody waits any more: their handlers are to be cancelled.
    mutating func expire(at moment: Moment) -> [Int] {
        guard let deadline, deadline <= moment.nanoseconds else { return [] }
        let late = giveUpLate(at: moment)
        if late.isEmpty { expireClient(at: moment) }
        return late
    }

    /// The client has not done in time what it was to do.
    private mutating func expireClient(at moment: Moment) {
        let now = moment.nanoseconds
        func hasCome(_ deadline: UInt64?) -> Bool { deadline.map { $0 <= now } ?? false }
        if phase == .lingering || hasOutput && hasCome(waits.output.deadline(standstill: times.standstill)) {
            // An answer that is cut short must not look like one that is whole.
            return end(hasOutput ? .reset : .plain, at: now)
        }
        if content != nil, hasCome(waits.body.deadline(standstill: times.standstill)) {
            content?.failure = .bodyTimeout
        }
        guard exchanges.isEmpty else { return }
        switch parser.progress {
        case .head: refuse(.headTimeout, at: moment)
        case .body: refuse(.bodyTimeout, at: moment)
        case .idle where requests == 0 && waits.drainsSince == nil: refuse(.headTimeout, at: moment)
        case .idle:
            waits.endsIdle = true
            phase = .finishing
        }
    }

    /// Answers for the handlers that have not; later requests that are with theirs may still be answered by them.
    private mutating func giveUpLate(at moment: Moment) -> [Int] {
        guard let limit = times.request else { return [] }
        let late = exchanges.refuse(Refusal.late.response) {
            $0.isPending && $0.arrival + limit <= moment.nanoseconds
        }
        if late.isEmpty { return [] }
        exchanges.closeWithLast()
        phase = .finishing
        encodeReady(at: moment)
        return late
    }
}
