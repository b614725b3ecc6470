/// A place for a worker: its number on the scoreboard and in the log.
struct Slot: Equatable {
    let number: Int
    var worker: Worker?
    /// When a worker of the current generation takes the place of the one that died here.
    var restart: Duration?
    var backoff = Backoff()

    var isFree: Bool { worker == nil && restart == nil }
}
