import NIOCore

/// How long reddit may take. An upstream can be slow in several ways, so there is more than one limit.
struct Patience: Equatable, Sendable {
    /// For a connection: the name's look-up, TCP, the proxy, TLS.
    let connecting: TimeAmount
    /// For the first byte of an answer, and from each to the next.
    let silence: TimeAmount
    /// For one subreddit with all its redirects. It ends what keeps sending a little.
    let call: TimeAmount
    /// For all subreddits together, also when they are asked one after another.
    let whole: TimeAmount

    /// What each limit is follows from one number, so that no setting can contradict another.
    init(_ step: TimeAmount = .seconds(5)) {
        (connecting, silence, call, whole) = (step, step, step * 2, step * 3)
    }

    /// Until when an answer may take that is begun now.
    func wholeDeadline(from now: NIODeadline) -> NIODeadline { now + whole }

    /// Until when a call may take that is begun now, for an answer that may take so long.
    func callDeadline(from now: NIODeadline, within wholeDeadline: NIODeadline) -> NIODeadline {
        min(now + call, wholeDeadline)
    }
}
