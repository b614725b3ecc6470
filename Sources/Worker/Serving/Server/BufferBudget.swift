/// The memory of a worker for what its connections hold together: content of requests that are not complete or not answered,
/// and responses that their clients have not read. A value; times in nanoseconds.
///
/// Part of it is reserved for one client, the finisher: when the rest is used up, only the finisher may send, so that one
/// request becomes complete and its memory is released. The finisher is the client that has sent the most, of those that have
/// more to send. A finisher that stops sending is replaced, as long as there is room for another body: it holds what it has
/// sent until its timeout.
struct BufferBudget<Client: Hashable> {
    /// How long a finisher may make no progress before another client gets its place.
    static var finisherTimeout: UInt64 { 1_000_000_000 }
    /// Bytes in that time that count as progress.
    static var minProgress: Int { 64 << 10 }

    /// Bytes.
    let limit: Int
    /// Bytes beyond which only the finisher may send, and no large response is accepted.
    private let mark: Int
    /// Bytes beyond which no finisher is replaced.
    private let lastMark: Int
    private(set) var heldBytes = 0
    /// Clients that wait for memory, with the bytes that they have sent.
    private var waiting: [Client: Int] = [:]
    private var finisher: Finisher?
    /// `minProgress`, or less where bodies are small.
    private let requiredProgress: Int

    private struct Finisher {
        let client: Client
        /// When it last made progress, and what it had sent by then.
        let since: UInt64
        let sent: Int
    }

    /// - Parameters:
    ///   - limit: bytes; at least two bodies are allowed.
    ///   - body: the maximum size of a request's content.
    init(limit: Int, body: Int) {
        self.limit = max(limit, 2 * body)
        mark = max(1, self.limit - 2 * body, self.limit / 4)
        lastMark = self.limit - body
        requiredProgress = max(1, min(Self.minProgress, body / 16))
    }

    /// Whether the rest of the memory is for small things and for the finisher.
    var isFull: Bool { heldBytes >= mark }

    /// Whether `next` may return a client.
    var hasWaiting: Bool { !waiting.isEmpty }

    /// A client's connection holds so many bytes more than before, or fewer.
    mutating func change(_ client: Client, by bytes: Int) {
        heldBytes += bytes
        if bytes < 0, finisher?.client == client { finisher = nil }
    }

    /// Whether more is read of a client that has sent so much content. A client that must wait is returned by `next` later.
    mutating func mayRead(_ client: Client, after bytes: Int, at now: UInt64) -> Bool {
        if !isFull { return true }
        if let finisher, finisher.client == client {
            if bytes - finisher.sent >= requiredProgress {
                self.finisher = Finisher(client: client, since: now, sent: bytes)
            }
            return true
        }
        waiting[client] = bytes
        return false
    }

    /// A client is gone, or no longer waits.
    mutating func forget(_ client: Client) {
        waiting[client] = nil
        if finisher?.client == client { finisher = nil }
    }

    /// The clients that may send again.
    mutating func next(at now: UInt64) -> [Client] {
        if waiting.isEmpty { return [] }
        if !isFull {
            defer { waiting = [:] }
            return Array(waiting.keys)
        }
        if let finisher, heldBytes >= lastMark || now - finisher.since <= Self.finisherTimeout { return [] }
        // So much is held only by responses to complete requests and by bodies that are read in any case. They end without a
        // finisher, or by a timeout.
        guard heldBytes < limit + limit / 2, let (client, sent) = waiting.max(by: { $0.value < $1.value }) else {
            return []
        }
        waiting[client] = nil
        finisher = Finisher(client: client, since: now, sent: sent)
        return [client]
    }
}
