import Messages

/// The exchanges of a connection that are not over, in order. The first is no element of an array: most connections have
/// one at a time, which then costs none.
struct ExchangeQueue {
    var first: Exchange?
    private var others: [Exchange] = []
    /// That these hold: content of requests that are not answered, and answers that wait for their turn.
    private(set) var bytes = 0

    var isEmpty: Bool { first == nil }

    var count: Int { first == nil ? 0 : 1 + others.count }

    /// Whether that request has no answer.
    func awaits(_ number: Int) -> Bool {
        if let first, first.number == number { return first.isPending }
        return others.contains { $0.number == number && $0.isPending }
    }

    /// How many have no answer.
    var pending: Int {
        guard let first else { return 0 }
        return others.reduce(first.isPending ? 1 : 0) { $0 + ($1.isPending ? 1 : 0) }
    }

    /// How many of those run on blocking threads.
    var blocking: Int {
        guard let first else { return 0 }
        return others.reduce(first.blocks && first.isPending ? 1 : 0) { $0 + ($1.blocks && $1.isPending ? 1 : 0) }
    }

    mutating func lastBlocks() {
        if others.isEmpty { first?.blocks = true } else { others[others.count - 1].blocks = true }
    }

    /// Whether a request may run beside all of them.
    var areSafe: Bool { others.last?.isSafe ?? first?.isSafe ?? true }

    /// When the first of those came that have no answer.
    var firstPending: UInt64? {
        guard let first else { return nil }
        return first.isPending ? first.arrival : others.first(where: \.isPending)?.arrival
    }

    mutating func append(_ exchange: consuming Exchange) {
        bytes += exchange.bytes
        if first == nil { first = exchange } else { others.append(exchange) }
    }

    mutating func removeFirst() -> Exchange? {
        guard let removed = first.take() else { return nil }
        bytes -= removed.bytes
        if !others.isEmpty { first = others.removeFirst() }
        return removed
    }

    /// Taken out and put back: assigned through the optional, an answer that holds a stream is leaked by Swift 6.3.1
    /// with optimization (seen by the fuzzer under the address sanitizer).
    mutating func answerFirst(_ answer: consuming Exchange.Answer) {
        guard var exchange = first.take() else { return }
        bytes -= exchange.bytes
        exchange.take(answer)
        bytes += exchange.bytes
        first = exchange
    }

    /// Keeps an answer until it is its turn, if it is waited for.
    /// - Returns: whether its content is still to be made.
    mutating func answer(_ number: Int, with response: Response) -> Bool {
        guard let index = others.firstIndex(where: { $0.number == number && $0.isPending }) else { return false }
        answerOther(index, with: response)
        return others[index].isMade(response)
    }

    private mutating func answerOther(_ index: Int, with response: Response) {
        bytes -= others[index].bytes
        others[index].take(.ready(response))
        bytes += others[index].bytes
    }

    /// Gives those for which it is asked an answer, made from their numbers.
    /// - Returns: their numbers.
    mutating func refuse(with response: (Int) -> Response, _ isRefused: (Exchange) -> Bool) -> [Int] {
        var numbers: [Int] = []
        if let exchange = first, isRefused(exchange) {
            answerFirst(.ready(response(exchange.number)))
            numbers.append(exchange.number)
        }
        for index in others.indices where isRefused(others[index]) {
            answerOther(index, with: response(others[index].number))
            numbers.append(others[index].number)
        }
        return numbers
    }

    /// The last answer says that the connection closes.
    mutating func closeWithLast() {
        if others.isEmpty { first?.persistence = .closed } else { others[others.count - 1].persistence = .closed }
    }
}
