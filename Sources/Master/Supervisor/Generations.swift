import Contract

/// The generations of workers, and the settings of each that is open. They are kept here and nowhere else.
struct Generations: Equatable, Codable {
    /// New workers come from this one, unless a reload starts them.
    private(set) var serving = 1
    /// The highest number ever given.
    private(set) var newest = 1
    private var settings: [Int: Settings] = [:]

    /// The settings are not part of a snapshot: they come from the environment of the generation's workers.
    private enum CodingKeys: CodingKey {
        case serving, newest
    }

    init(first settings: Settings) {
        self.settings = [serving: settings]
    }

    /// The settings of the generation that serves.
    var current: Settings { settings[serving]! }

    /// Of a generation that has workers, which is open.
    subscript(_ generation: Int) -> Settings { settings[generation] ?? current }

    var open: [Int] { settings.keys.sorted() }

    mutating func beginNext() -> Int {
        newest += 1
        return newest
    }

    mutating func open(_ generation: Int, _ new: Settings) {
        settings[generation] = new
    }

    mutating func commit(_ generation: Int) {
        serving = generation
    }

    mutating func close(_ generation: Int) {
        settings[generation] = nil
    }

    mutating func forgetSettings() {
        settings = [:]
    }

    /// Fills in what a snapshot leaves out.
    /// - Parameter needed: generations that have workers or are about to.
    mutating func restore(_ settings: [Int: Settings], needed: Set<Int>) throws(SnapshotError) {
        for generation in needed.union([serving]).sorted() where settings[generation] == nil {
            throw SnapshotError("generation \(generation) has no settings")
        }
        self.settings = settings
    }
}
