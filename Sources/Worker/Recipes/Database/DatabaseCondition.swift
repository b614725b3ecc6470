/// Whether the database can be used, and what is said when that changes: once when trouble begins, once when it ends; and
/// what is wrong by then, where that is another thing than it was at first.
struct DatabaseCondition: Equatable, Sendable {
    struct Trouble: Equatable, Sendable {
        let since: ContinuousClock.Instant
        /// Its latest reason.
        var reason: String
        /// Whether `reportTrouble` has said it.
        var isSaid = true
    }

    /// Reasons that follow one another while files are opened anew are not worth saying: this one has come to stay.
    static let lasting = Duration.seconds(5)

    private enum State: Equatable {
        case usable
        /// What is stored can be read.
        case unwritable(Trouble)
        case unusable(Trouble)
    }

    enum Event: Equatable {
        /// The files that have the database's names are not the open ones, or cannot be opened.
        case lost(String)
        /// The files are open, and the right ones.
        case opened
        /// A write failed for a reason that other writes will meet too.
        case writeFailed(String)
        /// The disk takes writes.
        case written
    }

    enum Effect: Equatable {
        case reportTrouble(String)
        case reportEnd(String)
    }

    private var state = State.usable

    mutating func handle(_ event: Event, at now: ContinuousClock.Instant) -> [Effect] {
        switch (event, state) {
        case (.lost(let reason), .unusable(var trouble)):
            if trouble.reason != reason { (trouble.reason, trouble.isSaid) = (reason, false) }
            let isSaid = trouble.isSaid || now - trouble.since < Self.lasting
            if !isSaid { trouble.isSaid = true }
            state = .unusable(trouble)
            return isSaid ? [] : [.reportTrouble(Self.unusable(reason))]
        case (.lost(let reason), _):
            state = .unusable(Trouble(since: now, reason: reason))
            return [.reportTrouble(Self.unusable(reason))]
        case (.opened, .unusable(let trouble)):
            state = .usable
            return [.reportEnd("the database can be used again after \(Self.seconds(now - trouble.since)) s")]
        case (.writeFailed(let reason), .usable):
            state = .unwritable(Trouble(since: now, reason: reason))
            return [.reportTrouble("\(reason); writes get a 503 until that is mended")]
        case (.written, .unwritable(let trouble)):
            state = .usable
            return [.reportEnd("the database can be written again after \(Self.seconds(now - trouble.since)) s")]
        case (.opened, _), (.writeFailed, _), (.written, _): return []
        }
    }

    private static func unusable(_ reason: String) -> String { "\(reason); requests get a 503 until it is back" }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = (duration.components.seconds * 10) + duration.components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// What is wrong now.
    var trouble: Trouble? {
        switch state {
        case .usable: nil
        case .unwritable(let trouble), .unusable(let trouble): trouble
        }
    }

    var isUsable: Bool {
        if case .unusable = state { false } else { true }
    }

    var isWritable: Bool { state == .usable }
}
