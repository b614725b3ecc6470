/// What workers say is wrong with them, as one matter of the server's: however many say it, and however often one of them
/// thinks otherwise, the log has a line when it begins and one when it has ended.
struct HealthTrouble: Equatable {
    /// Nobody has said anything for so long when it has ended. A worker that is replaced in the middle of it takes a moment
    /// to find out again what is wrong.
    static let quiet = Duration.seconds(2)
    /// Of so many different texts, or of so few: a worker can say another one each time.
    static let mostTold = 8

    let began: Duration
    /// What the log has of it.
    var told: [String] = []
    /// When it has ended; nil while a worker says something.
    var endsAt: Duration?
}

/// What is wrong with some workers, by their own account.
package struct HealthProblem: Equatable, Sendable {
    package let text: String
    /// How many say so.
    package let workers: Int
}
