import ArgumentParser

/// `brigade status`: how the master and its workers are.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say how a running server and its workers are.")

    @OptionGroup var options: ControlOptions
    @Flag(help: "As JSON, on one line.") var json = false

    func run() throws {
        try options.ask(.status(asJSON: json))
    }
}

/// `brigade reload`: HUP, and what came of it.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Replace every worker, one after another; no request is lost.")

    @OptionGroup var options: ControlOptions
    @Flag(help: "Wait for the result: exit code 1 when the reload was abandoned.") var wait = false

    func run() throws {
        try options.ask(.reload(waits: wait))
    }
}

/// `brigade stop`: TERM, and the end of it.
struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Stop a running server gracefully.")

    @OptionGroup var options: ControlOptions
    @Flag(help: "Wait until the server has ended.") var wait = false

    func run() throws {
        try options.ask(.stop(waits: wait), waitsForTheEnd: wait)
    }
}

/// `brigade scale`: as many workers.
struct Scale: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the number of workers, and wait until that many are ready.")

    @OptionGroup var options: ControlOptions
    @Argument(help: "How many workers.") var workers: Int

    func run() throws {
        try options.ask(.scale(workers))
    }
}
