import Messages

/// The exchanges of a connection that are not over, in order. The first is no element of an array: most connections have
/// one at a time, which then costs none.
struct ExchangeQueue {
    var first: Exchange?
    private var others: [Exchange] = []

    var isEmpty: Bool { first == nil }

    var count: Int { first == nil ? 0 : 1 + others.count }

    /// Whether a request may run beside all of them.
    var areSafe: Bool { others.last?.isSafe ?? first?.isSafe ?? true }

    /// When the first of those came that have no answer.
    var firstPending: UInt64? {
        guard let first else { return nil }
        return first.isPending ? first.arrival : others.first(where: \.isPending)?.arrival
    }

    mutating func append(_ exchange: consuming Exchange) {
        if first == nil { first = exchange } else { others.append(exchange) }
    }

    mutating func removeFirst() -> Exchange? {
        let removed = first.take()
        if !others.isEmpty { first = others.removeFirst() }
        return removed
    }

    /// Taken out and put back: assigned through the optional, an answer that holds a stream is leaked by Swift 6.3.1
    /// with optimization (seen by the fuzzer under the address sanitizer).
    mutating func answerFirst(_ answer: consuming Exchange.Answer) {
        guard var exchange = first.take() else { return }
        exchange.answer = answer
        first = exchange
    }

    /// Keeps an answer until it is its turn, if it is waited for.
    /// - Returns: whether its content is still to be made.
    mutating func answer(_ number: Int, with response: Response) -> Bool {
        guard let index = others.firstIndex(where: { $0.number == number && $0.isPending }) else { return false }
        others[index].answer = .ready(response)
        return others[index].isMade(response)
    }

    /// Gives those for which it is asked that answer.
    /// - Returns: their numbers.
    mutating func refuse(_ response: Response, _ isRefused: (Exchange) -> Bool) -> [Int] {
        var numbers: [Int] = []
        if let exchange = first, isRefused(exchange) {
            answerFirst(.ready(response))
            numbers.append(exchange.number)
        }
        for index in others.indices where isRefused(others[index]) {
            others[index].answer = .ready(response)
            numbers.append(others[index].number)
        }
        return numbers
    }

    /// The last answer says that the connection closes.
    mutating func closeWithLast() {
        if others.isEmpty { first?.persistence = .closed } else { others[others.count - 1].persistence = .closed }
    }
}
