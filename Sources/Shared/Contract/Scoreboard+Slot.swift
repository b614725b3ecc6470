internal import CLinux

extension Scoreboard {
    /// What one worker shows. Its worker writes it; everybody may read.
    package struct Slot: Sendable {
        // Points into the scoreboard's mapping, which lasts as long as the process; every access is atomic.
        fileprivate nonisolated(unsafe) let words: UnsafeMutablePointer<brigade_scoreboard_slot>

        package var pid: Int32 {
            get { Int32(bitPattern: brigade_load32(&words.pointee.pid)) }
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
        package var connections: Int { Int(Int32(bitPattern: brigade_load32(&words.pointee.connections))) }

        /// CLOCK_MONOTONIC in nanoseconds: when the loop last began a pass.
        package var tick: UInt64 {
            get { brigade_load64(&words.pointee.tick) }
            nonmutating set { brigade_store64(&words.pointee.tick, newValue) }
        }

        /// Connections accepted, ever.
        package var accepted: UInt64 { brigade_load64(&words.pointee.accepted) }

        /// Requests answered, ever.
        package var requests: UInt64 { brigade_load64(&words.pointee.requests) }

        /// By the accept thread, as soon as it has a connection.
        package func connectionOpened() {
            brigade_add32(&words.pointee.connections, 1)
            brigade_add64(&words.pointee.accepted, 1)
        }

        package func connectionClosed() {
            brigade_add32(&words.pointee.connections, -1)
        }

        package func requestsAnswered(_ count: Int) {
            brigade_add64(&words.pointee.requests, UInt64(count))
        }

        init(words: UnsafeMutablePointer<brigade_scoreboard_slot>) {
            self.words = words
        }

        func clear() {
            brigade_store32(&words.pointee.state, WorkerState.vacant.rawValue)
            brigade_store32(&words.pointee.pid, 0)
            brigade_store32(&words.pointee.generation, 0)
            brigade_store32(&words.pointee.connections, 0)
            brigade_store64(&words.pointee.tick, 0)
            brigade_store64(&words.pointee.accepted, 0)
            brigade_store64(&words.pointee.requests, 0)
        }
    }
}
