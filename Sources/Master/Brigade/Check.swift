import ArgumentParser
import Contract
import Platform

/// `brigade check`: whether `serve` with the same settings would come as far as its first worker.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether the settings, the worker's executable and the folders of sockets will do.")

    @OptionGroup var options: Options

    func run() throws {
        let plan = try Plan(options)
        _ = try plan.openWorker()
        for address in plan.settings.bind {
            do {
                try Listener.checkFolder(of: address)
            } catch {
                throw StartError(.usage, "\(error)")
            }
        }
        print("the settings will do: \(plan.workers) of \(plan.worker)")
    }
}
