import ArgumentParser
import Contract
import Platform

/// `brigade check`: whether `serve` with the same settings would come as far as its first worker.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether the settings will do.",
        discussion: """
            Reads them as 'brigade serve' would, and looks at what they name: the env file, the worker's executable, \
            the hosts, the folders of sockets and files, the user and the group. Then it runs 'WORKER check', as the user \
            that workers run as and with their environment, for the application's own settings. Nothing listens, nothing is \
            written, and a server may run.
            """)

    @OptionGroup var options: Options

    func run() throws {
        let plan = try Plan(options)
        Warnings.write(plan.warnings)
        let executable = try plan.openWorker()
        let taken = try plan.checkPlaces()
        try plan.checkWorker(executable)
        print("the settings will do: \(plan.workers) \(plan.workers == 1 ? "worker" : "workers") of \(plan.worker)")
        for address in taken { print("\(address): a server listens there now; another one could not start beside it") }
        for remark in plan.socketRemarks { print(remark) }
    }
}
