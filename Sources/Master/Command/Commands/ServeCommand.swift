import ArgumentParser
import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

/// `brigade serve`: the server, in the foreground.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server in the foreground.")

    @OptionGroup var options: SettingOptions

    func run() throws {
        CurrentProcess.setName("brigade")
        let succession = Succession.fromEnvironment()
        let code =
            switch succession?.step {
            case nil: try start()
            case .check: try check(succession!)
            case .take, .takeBack: try heir(succession!).run(.resumed(failure: succession!.failure))
            }
        throw ArgumentParser.ExitCode(code.rawValue)
    }

    private func start() throws(StartError) -> Contract.ExitCode {
        let configuration = try ServerConfiguration(options)
        configuration.setUmask()
        let terminal = try configuration.openErrorLog()
        let log = Self.log(configuration)
        for warning in configuration.warnings { log.warning("\(warning)") }
        let master: Master
        do {
            master = try Master(configuration, log: log)
        } catch {
            // Whoever started it looks there, and not yet into the log.
            if let terminal {
                log.critical("\(error)")
                try? LogOutput.redirect(to: terminal)
            }
            throw error
        }
        if let terminal { close(terminal) }
        return master.run(.start)
    }

    /// In a child of the master that is to be replaced.
    private func check(_ succession: Succession) throws -> Contract.ExitCode {
        let configuration = try ServerConfiguration(options, isInDirectory: true)
        _ = try configuration.openWorker()
        let handover = try succession.handover()
        _ = try handover.running()
        try handover.verify()
        let consent = Array(Succession.consent.utf8)
        _ = write(succession.partner, consent, consent.count)
        return .ok
    }

    /// In the master's place. Whatever goes wrong before `commit`, the other executable is run again.
    private func heir(_ succession: Succession) throws -> Master {
        let configuration: ServerConfiguration
        let estate: Estate
        do {
            let handover = try succession.handover()
            let running = try handover.running()
            configuration =
                succession.step == .takeBack
                ? ServerConfiguration(options, running: running) : try ServerConfiguration(options, isInDirectory: true)
            estate = try Estate(handover, running, configuration)
        } catch {
            try succession.goBack(because: error)
        }
        estate.commit(succession)
        return Master(configuration, log: Self.log(configuration), resuming: estate)
    }

    private static func log(_ configuration: ServerConfiguration) -> Logger {
        LogOutput.open()
        return Logger(label: "brigade") { _ in
            LineLogHandler(process: "master pid=\(getpid())", level: configuration.settings.logLevel.level)
        }
    }
}
