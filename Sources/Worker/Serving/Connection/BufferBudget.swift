/// The memory of a worker for what its connections hold together: content of requests that is not whole or not answered,
/// and answers that their clients have not read. A value; times in nanoseconds.
///
/// Part of it is kept back for one client, the finisher: when the rest is used up, it alone may send on, so that
/// something comes to an end and memory is given back. It is the one that has sent most of those who have more to send,
/// and stays it while it goes on sending. One that does not is replaced, as long as there is room for another body: until
/// its time is out, it holds what it has sent.
struct BufferBudget<Client: Hashable> {
    /// How long a finisher may send next to nothing before another one gets its place.
    static var patience: UInt64 { 1_000_000_000 }
    /// Bytes: less than that in this time is next to nothing.
    static var leastProgress: Int { 64 << 10 }

    /// Bytes.
    let limit: Int
    /// Bytes beyond which only the finisher may send on, and no large answer is taken.
    private let mark: Int
    /// Bytes beyond which no finisher is replaced.
    private let lastMark: Int
    private(set) var held = 0
    /// Those who have more to send than there is memory for, with what they have sent.
    private var waiting: [Client: Int] = [:]
    private var finisher: Finisher?
    /// `leastProgress`, or less where bodies are small.
    private let progress: Int

    private struct Finisher {
        let client: Client
        /// When it had last sent enough to keep its place, and how much that was.
        let since: UInt64
        let sent: Int
    }

    /// - Parameters:
    ///   - limit: of bytes; raised to twice a body where it is less.
    ///   - body: the most bytes that a request's content may have.
    init(limit: Int, body: Int) {
        self.limit = max(limit, 2 * body)
        mark = max(1, self.limit - 2 * body, self.limit / 4)
        lastMark = self.limit - body
        progress = max(1, min(Self.leastProgress, body / 16))
    }

    /// Whether there is no more memory, but for small things and for the finisher.
    var isFull: Bool { held >= mark }

    /// Whether `next` may have something to say.
    var isAskedFor: Bool { !waiting.isEmpty }

    /// A client's connection holds more than before, or less.
    mutating func change(_ client: Client, by bytes: Int) {
        held += bytes
        if bytes < 0, finisher?.client == client { finisher = nil }
    }

    /// Whether more is read of a client that has sent so much content. One that is told no waits for `next`.
    mutating func mayRead(_ client: Client, after bytes: Int, at now: UInt64) -> Bool {
        if !isFull { return true }
        if let finisher, finisher.client == client {
            if bytes - finisher.sent >= progress { self.finisher = Finisher(client: client, since: now, sent: bytes) }
            return true
        }
        waiting[client] = bytes
        return false
    }

    /// A client is gone, or waits no more.
    mutating func forget(_ client: Client) {
        waiting[client] = nil
        if finisher?.client == client { finisher = nil }
    }

    /// Those who may go on.
    mutating func next(at now: UInt64) -> [Client] {
        if waiting.isEmpty { return [] }
        if !isFull {
            defer { waiting = [:] }
            return Array(waiting.keys)
        }
        if let finisher, held >= lastMark || now - finisher.since <= Self.patience { return [] }
        // What holds so much comes to its end by itself, or by a time-out: answers to what was sent, and bodies that are read
        // in any case.
        guard held < limit + limit / 2, let (client, sent) = waiting.max(by: { $0.value < $1.value }) else { return [] }
        waiting[client] = nil
        finisher = Finisher(client: client, since: now, sent: sent)
        return [client]
    }
}
