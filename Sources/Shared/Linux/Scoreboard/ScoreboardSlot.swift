internal import CLinux
package import Contract

extension Scoreboard {
    /// What one worker shows. Its worker writes it; everybody may read, and everybody could write: what is read is a
    /// `UntrustedValue`, which is never more than can be.
    package struct Slot: Sendable {
        // Both point into the scoreboard's mapping, which lasts as long as the process; every access is atomic.
        fileprivate nonisolated(unsafe) let words: UnsafeMutablePointer<brigade_scoreboard_slot>
        nonisolated(unsafe) let entries: UnsafeMutablePointer<brigade_request>

        /// Its number on the scoreboard.
        package let index: Int
        /// How many entries for requests in flight there are.
        let capacity: Int

        init(_ memory: UnsafeMutableRawPointer, index: Int, capacity: Int) {
            self.index = index
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

        /// Connections accepted, ever.
        package var accepted: UInt64 { UntrustedValue.total(brigade_load64(&words.pointee.accepted)) }

        /// By the accept thread, as soon as it has a connection.
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

        /// `tick`, as clocks have it.
        package var lastTick: Duration { .nanoseconds(Int64(clamping: tick)) }

        /// Since when work waits for blocking threads all of which are past their requests' deadlines; it may be yet to
        /// come. nil while there is no such work.
        package var poolOverdueSince: Duration? {
            let time = brigade_load64(&words.pointee.pool_overdue)
            return time == 0 ? nil : .nanoseconds(Int64(clamping: time))
        }

        /// - Parameter time: CLOCK_MONOTONIC, nanoseconds.
        package func poolIsOverdue(since time: UInt64?) {
            brigade_store64(&words.pointee.pool_overdue, time ?? 0)
        }

        /// Whether a connection that this worker has accepted waits for its loop, and it accepts no more.
        package var isStalled: Bool { brigade_load32(&words.pointee.stalled) != 0 }

        /// By each accept thread: +1 when it waits, -1 when it does no longer.
        package func changeStalled(by delta: Int32) {
            brigade_add32(&words.pointee.stalled, delta)
        }

        // MARK: Answers

        /// Requests answered, ever.
        package var requests: UInt64 { UntrustedValue.total(brigade_load64(&words.pointee.requests)) }

        /// How long they took.
        package var latency: LatencyHistogram { latency(atMost: UntrustedValue.mostRequests) }

        /// - Parameter limit: of each bucket.
        func latency(atMost limit: UInt64) -> LatencyHistogram {
            var histogram = LatencyHistogram()
            for index in histogram.counts.indices {
                histogram.counts[index] = UntrustedValue.total(brigade_load64(bucket(index)), atMost: limit)
            }
            return histogram
        }

        /// By the loop, for each answer.
        package func requestAnswered(in nanoseconds: UInt64) {
            brigade_increment64(&words.pointee.requests)
            brigade_increment64(bucket(LatencyHistogram.bucket(nanoseconds)))
        }

        private func bucket(_ index: Int) -> UnsafeMutablePointer<UInt64> {
            let offset = MemoryLayout<brigade_scoreboard_slot>.offset(of: \.latency)!
            return (UnsafeMutableRawPointer(words) + offset).assumingMemoryBound(to: UInt64.self) + index
        }

        // MARK: Requests in flight

        /// Entries that have been used at some time come first; the rest need no look.
        var entered: Int {
            get { UntrustedValue.count(brigade_load32(&words.pointee.entered), atMost: capacity) }
            nonmutating set { brigade_store32(&words.pointee.entered, UInt32(newValue)) }
        }

        /// Requests in flight that found no entry, and so are not in `inFlight`.
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
            brigade_store64(&words.pointee.requests, 0)
            brigade_store64(&words.pointee.pool_overdue, 0)
            brigade_store32(&words.pointee.stalled, 0)
            brigade_store32(&words.pointee.unrecorded, 0)
            for index in 0..<LatencyHistogram.buckets { brigade_store64(bucket(index), 0) }
            for index in 0..<entered {
                brigade_request_leave(entries + index)
                // A worker that was killed while it wrote has left it odd.
                brigade_store32(&entries[index].sequence, 0)
            }
            brigade_store32(&words.pointee.entered, 0)
        }
    }
}

extension Scoreboard.Slot {
    /// The requests that are with the application, in no order. Of a living worker it is what stood there when each entry
    /// was looked at; of a dead one it is what it died with, but for one that it was just writing.
    package var inFlight: [InFlightRequest] {
        var requests: [InFlightRequest] = []
        for index in 0..<entered {
            if let request = request(index) { requests.append(request) }
        }
        return requests
    }

    /// How often an entry is looked at whose writer changes it all the time, before it is left out.
    private static let attempts = 64

    private func request(_ index: Int) -> InFlightRequest? {
        var copy = brigade_request()
        for _ in 0..<Self.attempts where brigade_request_read(entries + index, &copy) != 0 {
            if copy.start == 0 { return nil }
            let method = Self.text(&copy.method, Int(copy.method_length), limit: Int(BRIGADE_METHOD_BYTES))
            let target = Self.text(&copy.target, Int(copy.target_length), limit: Int(BRIGADE_TARGET_BYTES))
            return InFlightRequest(
                method: method, target: target, started: .nanoseconds(Int64(clamping: copy.start)))
        }
        return nil
    }

    private static func text<Words>(_ words: inout Words, _ length: Int, limit: Int) -> String {
        withUnsafeBytes(of: &words) { UntrustedValue.text($0.prefix(min(length, limit))) }
    }
}

extension Scoreboard.Slot {
    /// What the slot says of its worker's work, as far as it can be true of a worker of that age.
    package struct Account: Sendable {
        /// Answered, ever.
        package let requests: UInt64
        /// How long they took.
        package let latency: LatencyHistogram
        /// Open now.
        package let connections: Int
        /// Requests that are with the application, the oldest first.
        package let inFlight: [InFlightRequest]
        /// More of them, for which there was no entry.
        package let unrecorded: Int

        /// That of a worker that has shown nothing yet.
        package static let empty = Account(
            requests: 0, latency: LatencyHistogram(), connections: 0, inFlight: [], unrecorded: 0)
    }

    /// No loop answers more: the fastest answer takes longer than a microsecond.
    private static let mostAnswersPerSecond: Int64 = 1_000_000
    /// Requests of one connection that can be in flight at once; Serving has fewer.
    private static let mostPerConnection = 64

    /// - Parameters:
    ///   - started: CLOCK_MONOTONIC, when the worker was started. No request is older, and none was answered before.
    ///   - limit: of its connections.
    package func account(since started: Duration, connections limit: Int) -> Account {
        let found = inFlight
        // After all was looked at: what has begun meanwhile is not younger than nothing.
        let now = max(started, MonotonicClock.now)
        let (seconds, attoseconds) = (now - started).components
        let answers = UInt64(seconds * Self.mostAnswersPerSecond + attoseconds / 1_000_000_000_000)
        return Account(
            requests: min(requests, answers), latency: latency(atMost: answers), connections: min(connections, limit),
            inFlight: found.map {
                InFlightRequest(method: $0.method, target: $0.target, started: min(max(started, $0.started), now))
            }.sorted { $0.started < $1.started },
            unrecorded: min(unrecorded, limit * Self.mostPerConnection))
    }
}
