internal import CLinux
package import Contract

extension Scoreboard {
    /// The state of one worker. Only that worker writes it, but every process with the memory could: what is read passes
    /// through `UntrustedValue`.
    package struct Slot: Sendable {
        // Both point into the scoreboard's mapping, which lasts as long as the process; every access is atomic.
        fileprivate nonisolated(unsafe) let words: UnsafeMutablePointer<brigade_scoreboard_slot>
        nonisolated(unsafe) let entries: UnsafeMutablePointer<brigade_request>

        /// What the worker counts by route, and what its application counts.
        package let metrics: MetricsBlock
        /// Its number on the scoreboard.
        package let index: Int
        /// How many entries for requests in flight there are.
        let capacity: Int

        init(_ memory: UnsafeMutableRawPointer, metrics: MetricsBlock, index: Int, capacity: Int) {
            self.index = index
            self.metrics = metrics
            words = memory.assumingMemoryBound(to: brigade_scoreboard_slot.self)
            entries = (memory + MemoryLayout<brigade_scoreboard_slot>.size)
                .assumingMemoryBound(to: brigade_request.self)
            self.capacity = capacity
        }

        package var pid: Int32 {
            get { max(0, Int32(bitPattern: brigade_load32(&words.pointee.pid))) }
            nonmutating set { brigade_store32(&words.pointee.pid, UInt32(bitPattern: newValue)) }
        }

        package var generation: Int {
            get { Int(brigade_load32(&words.pointee.generation)) }
            nonmutating set { brigade_store32(&words.pointee.generation, UInt32(truncatingIfNeeded: newValue)) }
        }

        package var state: WorkerState {
            get { WorkerState(rawValue: brigade_load32(&words.pointee.state)) ?? .vacant }
            nonmutating set { brigade_store32(&words.pointee.state, newValue.rawValue) }
        }

        /// Open now.
        package var connections: Int { UntrustedValue.count(brigade_load32(&words.pointee.connections)) }

        /// Connections accepted since the start.
        package var accepted: UInt64 { UntrustedValue.total(brigade_load64(&words.pointee.accepted)) }

        /// Called by the accept thread for each connection.
        package func connectionOpened() {
            brigade_add32(&words.pointee.connections, 1)
            brigade_add64(&words.pointee.accepted, 1)
        }

        package func connectionClosed() {
            brigade_add32(&words.pointee.connections, -1)
        }

        // MARK: Liveness

        /// CLOCK_MONOTONIC in nanoseconds: when the loop last began a pass; 0 before it has.
        package var tick: UInt64 {
            get { tick(at: MonotonicClock.nanoseconds) }
            nonmutating set { brigade_store64(&words.pointee.tick, newValue) }
        }

        func tick(at now: UInt64) -> UInt64 { UntrustedValue.time(brigade_load64(&words.pointee.tick), at: now) }

        /// `tick` as a duration since boot.
        package var lastTick: Duration { .nanoseconds(Int64(clamping: tick)) }

        /// Since when work waits while all blocking threads are past the deadlines of their requests; it may be in the future.
        /// nil if no work waits like that.
        package var poolOverdueSince: Duration? {
            let time = brigade_load64(&words.pointee.pool_overdue)
            return time == 0 ? nil : .nanoseconds(Int64(clamping: time))
        }

        /// - Parameter time: CLOCK_MONOTONIC, nanoseconds.
        package func poolIsOverdue(since time: UInt64?) {
            brigade_store64(&words.pointee.pool_overdue, time ?? 0)
        }

        /// Whether an accepted connection waits for the loop, so that the worker accepts no more.
        package var isStalled: Bool { brigade_load32(&words.pointee.stalled) != 0 }

        /// Called by each accept thread: +1 when it starts to wait, -1 when it stops.
        package func changeStalled(by delta: Int32) {
            brigade_add32(&words.pointee.stalled, delta)
        }

        // MARK: Traffic

        /// Bytes of clients since the start.
        package var received: UInt64 { UntrustedValue.total(brigade_load64(&words.pointee.received), atMost: .max) }

        /// Bytes to clients since the start.
        package var sent: UInt64 { UntrustedValue.total(brigade_load64(&words.pointee.sent), atMost: .max) }

        /// Called by the loop for what it has read.
        @inline(__always) package func bytesReceived(_ count: Int) {
            brigade_increase64(&words.pointee.received, UInt64(truncatingIfNeeded: count))
        }

        /// Called by the loop for what it has written.
        @inline(__always) package func bytesSent(_ count: Int) {
            brigade_increase64(&words.pointee.sent, UInt64(truncatingIfNeeded: count))
        }

        // MARK: Blocking pool

        /// The state of the blocking pool.
        package struct Pool: Equatable, Sendable {
            package let threads: Int
            /// Threads with work.
            package let busy: Int
            /// Work that waits for a thread.
            package let queued: Int

            package init(threads: Int, busy: Int, queued: Int) {
                self.threads = threads
                self.busy = busy
                self.queued = queued
            }
        }

        package var pool: Pool {
            get {
                let threads = UntrustedValue.count(brigade_load32(&words.pointee.pool_threads))
                return Pool(
                    threads: threads,
                    busy: UntrustedValue.count(brigade_load32(&words.pointee.pool_busy), atMost: threads),
                    queued: UntrustedValue.count(brigade_load32(&words.pointee.pool_queued)))
            }
            nonmutating set {
                brigade_store32(&words.pointee.pool_threads, UInt32(truncatingIfNeeded: newValue.threads))
                brigade_store32(&words.pointee.pool_busy, UInt32(truncatingIfNeeded: newValue.busy))
                brigade_store32(&words.pointee.pool_queued, UInt32(truncatingIfNeeded: newValue.queued))
            }
        }

        // MARK: Log

        /// Lines of the log and of the access log that the worker could not write.
        package var lostLogLines: Int { UntrustedValue.count(brigade_load32(&words.pointee.log_lost), atMost: .max) }

        package func logLinesLost(_ count: Int) {
            brigade_add32(&words.pointee.log_lost, Int32(truncatingIfNeeded: count))
        }

        // MARK: Requests in flight

        /// How many requests the application handles.
        package var activeRequests: Int {
            (0..<entered).reduce(unrecorded) { $0 + (brigade_load64(&entries[$1].start) == 0 ? 0 : 1) }
        }

        /// How many entries were ever used. The others need not be read.
        var entered: Int {
            get { UntrustedValue.count(brigade_load32(&words.pointee.entered), atMost: capacity) }
            nonmutating set { brigade_store32(&words.pointee.entered, UInt32(newValue)) }
        }

        /// Requests in flight without an entry, so not in `inFlight`.
        package var unrecorded: Int { UntrustedValue.count(brigade_load32(&words.pointee.unrecorded)) }

        func changeUnrecorded(by delta: Int32) {
            brigade_add32(&words.pointee.unrecorded, delta)
        }

        func clear() {
            brigade_store32(&words.pointee.state, WorkerState.vacant.rawValue)
            brigade_store32(&words.pointee.pid, 0)
            brigade_store32(&words.pointee.generation, 0)
            brigade_store32(&words.pointee.connections, 0)
            brigade_store64(&words.pointee.tick, 0)
            brigade_store64(&words.pointee.accepted, 0)
            brigade_store64(&words.pointee.received, 0)
            brigade_store64(&words.pointee.sent, 0)
            brigade_store64(&words.pointee.pool_overdue, 0)
            pool = Pool(threads: 0, busy: 0, queued: 0)
            brigade_store32(&words.pointee.log_lost, 0)
            metrics.clear()
            brigade_store32(&words.pointee.stalled, 0)
            brigade_store32(&words.pointee.unrecorded, 0)
            for index in 0..<entered {
                brigade_request_leave(entries + index)
                // It is odd if the worker was killed while it wrote.
                brigade_store32(&entries[index].sequence, 0)
            }
            brigade_store32(&words.pointee.entered, 0)
        }
    }
}

extension Scoreboard.Slot {
    /// The requests that the application handles, in no order. For a running worker each entry is read at a different time; for
    /// a dead one it is its last state, without an entry that it was just writing.
    package var inFlight: [InFlightRequest] {
        var requests: [InFlightRequest] = []
        for index in 0..<entered {
            if let request = request(index) { requests.append(request) }
        }
        return requests
    }

    /// How often to read an entry that changes all the time, before it is skipped.
    private static let attempts = 64

    private func request(_ index: Int) -> InFlightRequest? {
        var copy = brigade_request()
        for _ in 0..<Self.attempts where brigade_request_read(entries + index, &copy) != 0 {
            if copy.start == 0 { return nil }
            let method = Self.text(&copy.method, Int(copy.method_length), limit: Int(BRIGADE_METHOD_BYTES))
            let target = Self.text(&copy.target, Int(copy.target_length), limit: Int(BRIGADE_TARGET_BYTES))
            let id =
                copy.id_length == 0
                ? String(hexadecimal: copy.number, width: 16)
                : Self.text(&copy.id, Int(copy.id_length), limit: Int(BRIGADE_ID_BYTES))
            let hasTrace = copy.trace.0 | copy.trace.1 != 0
            return InFlightRequest(
                method: method, target: target, started: .nanoseconds(Int64(clamping: copy.start)), id: id,
                trace: hasTrace
                    ? String(hexadecimal: copy.trace.0, width: 16) + String(hexadecimal: copy.trace.1, width: 16) : nil)
        }
        return nil
    }

    private static func text<Words>(_ words: inout Words, _ length: Int, limit: Int) -> String {
        withUnsafeBytes(of: &words) { UntrustedValue.text($0.prefix(min(length, limit))) }
    }
}

extension Scoreboard.Slot {
    /// What a slot says about its worker's requests, limited to what a worker of that age can have done.
    package struct Account: Sendable {
        /// Answered since the start.
        package let requests: UInt64
        /// Of these, with a 5xx.
        package let serverErrors: UInt64
        /// How long they took.
        package let latency: LatencyHistogram
        /// Open now.
        package let connections: Int
        /// Requests that the application handles, the oldest first.
        package let inFlight: [InFlightRequest]
        /// Requests in flight without an entry.
        package let unrecorded: Int

        /// For a worker that has written nothing yet.
        package static let empty = Account(
            requests: 0, serverErrors: 0, latency: LatencyHistogram(), connections: 0, inFlight: [], unrecorded: 0)
    }

    /// No loop answers more: the fastest answer takes longer than a microsecond.
    private static let mostAnswersPerSecond: Int64 = 1_000_000
    /// Requests of one connection that can be in flight at once; Serving has fewer.
    private static let mostPerConnection = 64

    /// How many requests a worker of that age can have answered.
    package static func mostAnswers(in age: Duration) -> UInt64 {
        let (seconds, attoseconds) = max(.zero, age).components
        return UInt64(seconds * mostAnswersPerSecond + attoseconds / 1_000_000_000_000)
    }

    /// - Parameters:
    ///   - started: CLOCK_MONOTONIC, when the worker was started. No request is older, and none was answered before.
    ///   - limit: of its connections.
    package func account(since started: Duration, connections limit: Int) -> Account {
        let found = inFlight
        // Read after the entries, so that no request looks newer than now.
        let now = max(started, MonotonicClock.now)
        let answers = Self.mostAnswers(in: now - started)
        let totals = metrics.requests
        var latency = totals.latency
        for index in latency.counts.indices { latency.counts[index] = min(latency.counts[index], answers) }
        return Account(
            requests: min(totals.count, answers), serverErrors: min(totals.serverErrors, answers), latency: latency,
            connections: min(connections, limit),
            inFlight: found.map { $0.started(at: min(max(started, $0.started), now)) }.sorted {
                $0.started < $1.started
            },
            unrecorded: min(unrecorded, limit * Self.mostPerConnection))
    }
}
