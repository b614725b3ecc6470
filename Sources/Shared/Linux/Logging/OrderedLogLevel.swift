package import Logging
internal import Synchronization

/// The level that an operator has ordered for all loggers of this process (`brigade log-level`). It goes before the level
/// that the settings or the application have given to a logger.
package enum OrderedLogLevel {
    private static let none = UInt8.max
    /// A place in `levels`.
    private static let place = Atomic<UInt8>(none)
    private static let levels = Logger.Level.allCases

    /// Nil for none.
    package static var current: Logger.Level? {
        get {
            let place = place.load(ordering: .relaxed)
            return place == none ? nil : levels[Int(place)]
        }
        set {
            let place = newValue.flatMap { levels.firstIndex(of: $0) }
            Self.place.store(place.map { UInt8($0) } ?? none, ordering: .relaxed)
        }
    }
}
