import Messages

/// What is counted and logged of a request that is answered. The request's own text is apart (`AccessLogFields`): numbers
/// alone cost next to nothing.
struct ResponseMetrics {
    /// Nanoseconds from the arrival of the request to its response; for the access log to the last byte that the socket took.
    var latency: UInt64
    let status: Int
    /// The method and the route.
    let series: RequestMetrics.Series
    /// Bytes of content.
    var size: Int
    /// Whether the connection ended before the client had the whole response. Then `size` is what the socket took.
    var isAborted = false
}

/// Writes the responses of one connection into its output, and keeps what is still to be done for each: count it, log it once
/// its last byte is sent, and call `Response.whenSent`.
struct ResponseWriter: ~Copyable {
    /// Whether responses say how long they took.
    private let isTimed: Bool
    private(set) var output = OutputBuffer()
    private var uncounted: [ResponseMetrics] = []
    private var unlogged: [LogEntry] = []
    /// Empty nearly always.
    private var notifications: [Notification] = []

    init(isTimed: Bool) {
        self.isTimed = isTimed
    }

    // MARK: Bytes

    /// - Returns: how many bytes of it are content.
    mutating func write(
        _ response: borrowing Response, for exchange: Exchange, _ persistence: ResponseEncoder.Persistence,
        at time: LoopTime
    ) -> Int {
        ResponseEncoder.append(
            response, isHead: exchange.isHead, persistence: persistence, arrival: isTimed ? exchange.arrival : nil,
            at: time, to: &output)
    }

    /// Writes the head of a response whose content is produced while it is sent.
    /// - Parameter framing: nil for a response that has no content.
    mutating func writeHead(
        _ response: borrowing Response, framing: OutgoingContent.Framing?, for exchange: Exchange,
        _ persistence: ResponseEncoder.Persistence, at time: LoopTime
    ) {
        ResponseEncoder.appendHead(
            response, framing: framing, persistence: persistence, arrival: isTimed ? exchange.arrival : nil, at: time,
            to: &output)
    }

    /// Writes a piece of content, cut to the length that is left.
    mutating func write(_ piece: [UInt8], of content: inout OutgoingContent) {
        var count = piece.count
        switch content.framing {
        case .chunked: ResponseEncoder.append(chunk: piece, to: &output)
        case .untilClose: output.append(piece)
        case .sized(let remaining):
            count = min(remaining, piece.count)
            piece.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            content.framing = .sized(remaining: remaining - count)
        }
        content.size += count
    }

    mutating func writeLastChunk() {
        output.append(ResponseEncoder.lastChunk)
    }

    mutating func writeContinue() {
        output.append(ResponseEncoder.continueLine)
    }

    /// The socket took that many bytes.
    mutating func sent(_ count: Int) {
        output.take(count)
    }

    // MARK: Responses

    /// The last byte of a response is written.
    /// - Parameter isCut: whether it is not complete.
    mutating func finish(_ exchange: Exchange, status: Int, size: Int, isCut: Bool, at now: UInt64) {
        let latency = now > exchange.arrival ? now - exchange.arrival : 0
        let metrics = ResponseMetrics(latency: latency, status: status, series: exchange.series, size: size)
        uncounted.append(metrics)
        if !notifications.isEmpty { setEndOfNotifications(for: exchange.number) }
        if let fields = exchange.logFields {
            unlogged.append(LogEntry(metrics, arrival: exchange.arrival, fields, end: isCut ? nil : output.total))
        }
    }

    /// Gives every response since the last time, in order. Rejections count, too.
    mutating func takeUncounted(_ body: (ResponseMetrics) -> Void) {
        if uncounted.isEmpty { return }
        for metrics in uncounted { body(metrics) }
        uncounted.removeAll(keepingCapacity: true)
    }

    // MARK: Access log

    /// A response whose line is not in the access log: the line says how much was sent, and when the last byte was.
    private struct LogEntry {
        /// What nginx logs for a request whose client has gone before there was a response. No client sees it.
        static let clientClosedRequest = 499

        private var metrics: ResponseMetrics
        private let arrival: UInt64
        let fields: AccessLogFields
        /// Where the response ends among all bytes of the output; nil for one that is cut off.
        private let end: UInt64?

        init(_ metrics: ResponseMetrics, arrival: UInt64, _ fields: AccessLogFields, end: UInt64?) {
            self.metrics = metrics
            self.arrival = arrival
            self.fields = fields
            self.end = end
        }

        /// For a request that is not answered.
        init(closedAt now: UInt64, arrival: UInt64, _ fields: AccessLogFields, _ series: RequestMetrics.Series) {
            let latency = now > arrival ? now - arrival : 0
            let metrics = ResponseMetrics(
                latency: latency, status: Self.clientClosedRequest, series: series, size: 0)
            self.init(metrics, arrival: arrival, fields, end: 0)
        }

        private func measured(at now: UInt64) -> ResponseMetrics {
            var copy = metrics
            copy.latency = now > arrival ? now - arrival : 0
            return copy
        }

        /// nil while there is more to be sent.
        func complete(sent: UInt64, at now: UInt64) -> ResponseMetrics? {
            guard let end, end <= sent else { return nil }
            return measured(at: now)
        }

        /// When no more will be sent.
        /// - Parameter total: bytes of output that there were.
        func final(sent: UInt64, of total: UInt64, at now: UInt64) -> ResponseMetrics {
            if let complete = complete(sent: sent, at: now) { return complete }
            var metrics = measured(at: now)
            metrics.size = max(0, metrics.size - Int((end ?? total) - sent))
            metrics.isAborted = true
            return metrics
        }
    }

    @inline(__always) var hasUnlogged: Bool { !unlogged.isEmpty }

    /// Gives the responses that have been sent since the last time, in order.
    mutating func takeSent(at now: UInt64, _ body: (ResponseMetrics, AccessLogFields) -> Void) {
        var count = 0
        while count < unlogged.count, let metrics = unlogged[count].complete(sent: output.taken, at: now) {
            body(metrics, unlogged[count].fields)
            count += 1
        }
        if count == unlogged.count { unlogged.removeAll(keepingCapacity: true) } else { unlogged.removeFirst(count) }
    }

    /// The connection has ended before that request was answered.
    mutating func abandon(
        arrival: UInt64, _ fields: AccessLogFields, _ series: RequestMetrics.Series = .unknown, at now: UInt64
    ) {
        unlogged.append(LogEntry(closedAt: now, arrival: arrival, fields, series))
    }

    /// Gives all others, when the connection has ended.
    mutating func takeUnsent(at now: UInt64, _ body: (ResponseMetrics, AccessLogFields) -> Void) {
        for entry in unlogged { body(entry.final(sent: output.taken, of: output.total, at: now), entry.fields) }
        unlogged = []
    }

    // MARK: Notifications

    /// A call of `Response.whenSent` that is due.
    private struct Notification {
        let number: Int
        /// Where the response ends among all bytes of the output; nil while that is not known.
        var end: UInt64?
        let body: @Sendable () -> Void
    }

    @inline(__always) var hasNotifications: Bool { !notifications.isEmpty }

    /// - Parameter isPending: whether the response will be written, and its end is still to come.
    mutating func notify(of number: Int, isPending: Bool, _ body: @escaping @Sendable () -> Void) {
        notifications.append(Notification(number: number, end: isPending ? nil : 0, body: body))
    }

    private mutating func setEndOfNotifications(for number: Int) {
        for index in notifications.indices
        where notifications[index].number == number && notifications[index].end == nil {
            notifications[index].end = output.total
        }
    }

    /// - Parameter all: whether the connection has ended, so that also those are due whose responses are not sent.
    mutating func takeNotifications(all: Bool) -> [@Sendable () -> Void] {
        let sent = output.taken
        func isDue(_ notification: Notification) -> Bool { all || notification.end.map { $0 <= sent } ?? false }
        let due = notifications.filter(isDue).map(\.body)
        notifications.removeAll(where: isDue)
        return due
    }
}
