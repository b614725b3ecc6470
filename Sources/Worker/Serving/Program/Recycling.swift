/// When a worker asks to be replaced because it has answered so many requests. It serves on until it is told to drain.
struct Recycling {
    private let limit: UInt64
    private let ask: () -> Void

    /// - Parameters:
    ///   - limit: of requests.
    ///   - jitter: by how many percent of it this worker's own limit may differ: workers that start together must not
    ///     leave together.
    ///   - ask: called once.
    init(after limit: Int, jitter: Int, ask: @escaping () -> Void) {
        let spread = limit / 100 * jitter + limit % 100 * jitter / 100
        self.limit = UInt64(max(1, Int.random(in: limit - spread...limit + spread)))
        self.ask = ask
    }

    /// A request is answered.
    /// - Parameter count: of all that are, this one included.
    func answered(_ count: UInt64) {
        if count == limit { ask() }
    }
}
