package import Contract
internal import CLinux

extension Scoreboard {
    /// What one worker shows. Its worker writes it; everybody may read, and everybody could write: what is read is a
    /// `Claim`, which is never more than can be.
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
        package var connections: Int { Claim.count(brigade_load32(&words.pointee.connections)) }

        /// Connections accepted, ever.
        package var accepted: UInt64 { Claim.total(brigade_load64(&words.pointee.accepted)) }

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

        func tick(at now: UInt64) -> UInt64 { Claim.time(brigade_load64(&words.pointee.tick), at: now) }

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
        package var requests: UInt64 { Claim.total(brigade_load64(&words.pointee.requests)) }

        /// How long they took.
        package var latency: LatencyHistogram { latency(atMost: Claim.mostRequests) }

        /// - Parameter limit: of each bucket.
        func latency(atMost limit: UInt64) -> LatencyHistogram {
            var histogram = LatencyHistogram()
            for index in histogram.counts.indices {
                histogram.counts[index] = Claim.total(brigade_load64(bucket(index)), atMost: limit)
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
            get { Claim.count(brigade_load32(&words.pointee.entered), atMost: capacity) }
            nonmutating set { brigade_store32(&words.pointee.entered, UInt32(newValue)) }
        }

        /// Requests in flight that found no entry, and so are not in `inFlight`.
        package var unrecorded: Int { Claim.count(brigade_load32(&words.pointee.unrecorded)) }

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
