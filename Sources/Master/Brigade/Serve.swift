import ArgumentParser
import Contract
import Glibc
import Logging
import Platform

/// `brigade serve`: the server, in the foreground.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the server, in the foreground.")

    @OptionGroup var options: Options

    func run() throws {
        StandardState.settle()
        let plan = try Plan(options)
        let log = Logger(label: "brigade") { _ in
            LineLogHandler(process: "master pid=\(getpid())", level: plan.settings.logLevel.level)
        }
        let code = try Master(plan, log: log).run()
        throw ArgumentParser.ExitCode(code.rawValue)
    }
}
