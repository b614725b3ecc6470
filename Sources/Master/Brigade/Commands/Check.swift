import ArgumentParser
import Contract
import Platform

/// `brigade check`: whether `serve` with the same settings would come as far as its first worker.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether the settings will do.",
        discussion: """
            Reads them as 'brigade serve' would, and looks at what they name: the env file, the worker's executable, \
            the folders of sockets and files, the user and the group. Nothing is bound or written, and a server may run.
            """)

    @OptionGroup var options: Options

    func run() throws {
        let plan = try Plan(options)
        Warnings.write(plan.warnings)
        _ = try plan.openWorker()
        try plan.checkPlaces()
        print("the settings will do: \(plan.workers) \(plan.workers == 1 ? "worker" : "workers") of \(plan.worker)")
    }
}
