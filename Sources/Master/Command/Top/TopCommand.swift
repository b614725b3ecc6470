import ArgumentParser
import Contract
import Glibc
import Linux
import Platform

/// `brigade top`: a live view of a running server.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Watch a running server: its workers, slowest requests and last events.",
        discussion: """
            Keys: q quits; w, c, m, r, p and i sort the workers; space pauses; h explains. Without a terminal, and with \
            TERM=dumb, the view is printed once. NO_COLOR turns colors off.
            """)

    @OptionGroup var socket: ControlSocketOptions
    @Option(
        help: ArgumentHelp("Time between two looks at the server, such as 500ms or 5s.", valueName: "duration"),
        transform: Self.interval)
    var interval = Duration.seconds(2)
    @Flag(help: "Print the view once, over one interval.") var once = false

    private static func interval(_ text: String) throws -> Duration {
        let range = Duration.milliseconds(100)...(.seconds(3600))
        guard let interval = try? ValueSyntax.duration(text), range.contains(interval) else {
            throw ValidationError("--interval '\(text.visible)': give a time from 100ms to 1h")
        }
        return interval
    }

    func run() throws {
        let variables = Environment.variables
        let poller = StatusPoller(try socket.path())
        let isTerminal = isatty(STDOUT_FILENO) == 1 && variables["TERM"] ?? "dumb" != "dumb"
        if once || !isTerminal { return try printOnce(poller) }
        // Of a wrong path the terminal says so, before anything else.
        try poller.ask(at: MonotonicClock.now)
        var view = try TopView(poller, interval: interval, hasColors: (variables["NO_COLOR"] ?? "").isEmpty)
        view.run()
    }

    private func printOnce(_ poller: StatusPoller) throws {
        var model = TopModel()
        for look in 0..<2 {
            if look > 0 { _ = Poll.wait(for: [], atMost: interval) }
            switch try answer(of: poller) {
            case .sample(let sample): model.received(sample, at: MonotonicClock.now)
            case .failed(let reason): throw StartError(.usage, reason)
            }
        }
        let columns = isatty(STDOUT_FILENO) == 1 ? TerminalScreen.size.columns : Self.plainColumns
        for line in TopScreen(model, columns: columns, rows: .max / 4, keys: false).lines {
            // A heading is as wide as the view.
            print(line.text.trimmingBlanks)
        }
    }

    /// Of output that is read by a program, or later.
    private static let plainColumns = 160

    private func answer(of poller: StatusPoller) throws -> StatusPoller.Outcome {
        try poller.ask(at: MonotonicClock.now)
        while true {
            let now = MonotonicClock.now
            let interests = poller.descriptor.map { [Poll.Interest($0)] } ?? []
            let ready = Poll.wait(for: interests, atMost: poller.deadline.map { max(.zero, $0 - now) })
            if let outcome = poller.proceed(isReadable: !ready.isEmpty, at: MonotonicClock.now) { return outcome }
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: Substring { self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)] }
}

/// The live view: it waits for keys, signals, the server's answer and the next look, in one place.
private struct TopView: ~Copyable {
    private let poller: StatusPoller
    private let interval: Duration
    private let signals: SignalDescriptor
    private var screen: TerminalScreen
    private var model = TopModel()
    private var nextLook = Duration.zero
    private var isOver = false

    /// - Parameter poller: has asked.
    init(_ poller: StatusPoller, interval: Duration, hasColors: Bool) throws {
        self.poller = poller
        self.interval = interval
        signals = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT])
        screen = TerminalScreen(hasColors: hasColors)
    }

    mutating func run() {
        screen.open()
        nextLook = MonotonicClock.now + interval
        draw()
        while !isOver {
            let now = MonotonicClock.now
            var interests = [Poll.Interest(signals.descriptor)]
            if screen.hasKeys { interests.append(Poll.Interest(STDIN_FILENO)) }
            if let descriptor = poller.descriptor { interests.append(Poll.Interest(descriptor)) }
            let due = poller.deadline ?? nextLook
            let ready = Poll.wait(for: interests, atMost: max(.zero, due - now))
            for one in ready {
                switch interests[one.index].descriptor {
                case signals.descriptor: while let number = signals.next() { receive(number) }
                case STDIN_FILENO: readKeys()
                default: break
                }
            }
            let isReadable = ready.contains { interests[$0.index].descriptor == poller.descriptor }
            look(isReadable: isReadable)
        }
        screen.close()
    }

    private mutating func look(isReadable: Bool) {
        let now = MonotonicClock.now
        if poller.isAsking {
            switch poller.proceed(isReadable: isReadable, at: now) {
            case .sample(let sample): model.received(sample, at: now)
            case .failed(let reason): model.lost(reason)
            case nil: return
            }
            draw()
        } else if nextLook <= now {
            nextLook = now + interval
            do throws(StartError) {
                try poller.ask(at: now)
            } catch {
                model.lost(error.description)
                draw()
            }
        }
    }

    private mutating func receive(_ number: Int32) {
        switch number {
        case SIGWINCH: draw()
        case SIGTSTP: suspend()
        case SIGCONT:
            screen.open()
            draw()
        default: isOver = true
        }
    }

    private mutating func readKeys() {
        var keys = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &keys, keys.count)
        // The terminal is gone.
        guard count > 0 else { return isOver = true }
        for key in TopModel.keys(of: keys.prefix(count)) {
            switch model.press(key) {
            case .none: break
            case .redraw: draw()
            case .quit: isOver = true
            case .suspend: suspend()
            }
        }
    }

    /// Ctrl-Z: the shell gets its terminal back. It goes on with SIGCONT.
    private mutating func suspend() {
        screen.close()
        kill(getpid(), SIGSTOP)
    }

    private func draw() {
        guard screen.isOpen else { return }
        let size = TerminalScreen.size
        screen.draw(TopScreen(model, columns: size.columns, rows: size.rows).lines)
    }
}
