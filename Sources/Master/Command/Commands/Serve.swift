import ArgumentParser
import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

/// `brigade serve`: the server, in the foreground.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the server, in the foreground.")

    @OptionGroup var options: Options

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
        let plan = try Plan(options)
        plan.setUmask()
        let terminal = try plan.openErrorLog()
        let log = Self.log(plan)
        for warning in plan.warnings { log.warning("\(warning)") }
        let master: Master
        do {
            master = try Master(plan, log: log)
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
        let plan = try Plan(options, isInFolder: true)
        _ = try plan.openWorker()
        let handover = try succession.handover()
        _ = try handover.running()
        try handover.verify()
        let consent = Array(Succession.consent.utf8)
        _ = write(succession.partner, consent, consent.count)
        return .ok
    }

    /// In the master's place. Whatever goes wrong before `commit`, the other executable is run again.
    private func heir(_ succession: Succession) throws -> Master {
        let plan: Plan
        let estate: Estate
        do {
            let handover = try succession.handover()
            let running = try handover.running()
            plan = succession.step == .takeBack ? Plan(options, going: running) : try Plan(options, isInFolder: true)
            estate = try Estate(handover, running, plan)
        } catch {
            try succession.goBack(because: error)
        }
        estate.commit(succession)
        return Master(plan, log: Self.log(plan), resuming: estate)
    }

    private static func log(_ plan: Plan) -> Logger {
        LogOutput.open()
        return Logger(label: "brigade") { _ in
            LineLogHandler(process: "master pid=\(getpid())", level: plan.settings.logLevel.level)
        }
    }
}
