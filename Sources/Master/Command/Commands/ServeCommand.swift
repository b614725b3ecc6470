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
        let code =
            if let handshake = UpgradeHandshake.fromEnvironment() {
                switch handshake.step {
                case .check: try check(handshake)
                case .take, .takeBack: try takeOver(handshake).run(.resumed(failure: handshake.failure))
                }
            } else {
                try start()
            }
        throw ArgumentParser.ExitCode(code.rawValue)
    }

    private func start() throws(StartError) -> Contract.ExitCode {
        let configuration = try ServerConfiguration(options)
        LogOutput.use(configuration.settings.logFormat, LogProcess(.master))
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

    /// In a child of the master that is to be replaced. What it says goes to that master's log.
    private func check(_ handshake: UpgradeHandshake) throws(StartError) -> Contract.ExitCode {
        do {
            let configuration = try ServerConfiguration(options, isInDirectory: true)
            _ = try configuration.openWorker()
            _ = try handshake.snapshot().resumedSupervisor()
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError(.usage, "this build cannot take over: \(error)")
        }
        handshake.giveConsent()
        return .ok
    }

    /// In the master's place. Whatever goes wrong before `commit`, the other executable is run again.
    private func takeOver(_ handshake: UpgradeHandshake) throws -> Master {
        let configuration: ServerConfiguration
        let state: ResumedState
        do {
            let snapshot = try handshake.snapshot()
            let supervisor = try snapshot.resumedSupervisor()
            configuration =
                handshake.step == .takeBack
                ? ServerConfiguration(options, running: supervisor.settings)
                : try ServerConfiguration(options, isInDirectory: true)
            state = try ResumedState(snapshot, supervisor, configuration)
        } catch {
            try handshake.goBack(because: error)
        }
        handshake.commit(state.snapshot)
        return Master(state, log: Self.log(configuration))
    }

    private static func log(_ configuration: ServerConfiguration) -> Logger {
        let process = LogProcess(.master)
        LogOutput.open()
        LogOutput.use(configuration.settings.logFormat, process)
        return Logger(label: "brigade") {
            LineLogHandler($0, process: process, level: configuration.settings.logLevel.level)
        }
    }
}
