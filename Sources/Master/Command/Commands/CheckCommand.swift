import ArgumentParser
import Contract
import Platform

/// `brigade check`: whether `serve` with the same settings could start its first worker.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the settings without starting a server.",
        discussion: """
            Reads the settings as 'brigade serve' does and checks what they name: the env file, the worker's executable, \
            hosts, the directories of sockets and files, the user and the group. Then it runs 'WORKER check', as the user \
            and with the environment of a worker, for the application's own settings. It does not listen and writes \
            nothing. A server may be running.
            """)

    @OptionGroup var options: SettingOptions

    func run() throws {
        let configuration = try ServerConfiguration(options)
        Program.printWarnings(configuration.warnings)
        let executable = try configuration.openWorker()
        let inUse = try configuration.checkResources()
        try configuration.checkWorker(executable)
        let workers = configuration.workers
        print("settings are valid: \(workers) \(workers == 1 ? "worker" : "workers") of \(configuration.worker)")
        for address in inUse {
            print("\(address): a server is listening there now; another one could not start beside it")
        }
        for note in configuration.socketModeNotes { print(note) }
    }
}
