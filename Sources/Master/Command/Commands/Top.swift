import ArgumentParser
import Contract

/// `brigade top`, which is not there yet: whoever counts on it is told.
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Not there yet.", shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough) var rest: [String] = []

    func run() throws {
        throw StartError(.usage, "brigade top is not there yet: brigade status says how each worker does")
    }
}
