import Contract
import Linux
import Glibc
import Serving

/// What goes wrong before a worker serves: the text of the file that FAULT_FILE names, else of FAULT.
///
/// The file is read at each start, so that a test can break and repair the next worker while the server runs.
enum Fault: Equatable, Sendable {
    case none
    /// `exit:CODE`: it ends before it is ready.
    case exits(Int32)
    /// `silent`: it never says that it is ready.
    case silent
    /// `deaf`: it says that it is ready, and ignores all signals and messages from then on.
    case deaf
    /// `liar`: it says that it is ready, writes nonsense over its slot of the scoreboard, and hangs.
    case lies
    /// `trap`: it crashes before it is ready.
    case traps
    /// `scope-throws`: the scope throws before it serves.
    case scopeThrows
    /// `scope-returns`: the scope ends before it serves.
    case scopeReturns
    /// `scope-waits`: the scope waits for ever before it serves, until it is cancelled.
    case scopeWaits
    /// `end-says`: the scope prints a line when it has served.
    case endSays
    /// `end-throws`: the scope throws when it has served.
    case endThrows
    /// `end-serves`: the scope serves again.
    case endServes
    /// `end-waits`: the scope waits for ever when it has served, cancelled or not.
    case endWaits
    /// `prestart-exit:CODE`.
    case prestartExits(Int32)
    /// `prestart-silent`: the prestart never ends.
    case prestartSilent

    static var current: Fault {
        let variables = Environment.variables
        let text = variables["FAULT_FILE"].flatMap(contents) ?? variables["FAULT"] ?? ""
        guard let fault = Fault(text) else { fatalError("there is no fault '\(text)'") }
        return fault
    }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        let code = parts.count == 2 ? Int32(parts[1]) : nil
        switch (parts.first, code) {
        case (nil, _): self = .none
        case ("exit", let code?): self = .exits(code)
        case ("silent", nil): self = .silent
        case ("deaf", nil): self = .deaf
        case ("liar", nil): self = .lies
        case ("trap", nil): self = .traps
        case ("prestart-exit", let code?): self = .prestartExits(code)
        case ("prestart-silent", nil): self = .prestartSilent
        case ("scope-throws", nil): self = .scopeThrows
        case ("scope-returns", nil): self = .scopeReturns
        case ("scope-waits", nil): self = .scopeWaits
        case ("end-says", nil): self = .endSays
        case ("end-throws", nil): self = .endThrows
        case ("end-serves", nil): self = .endServes
        case ("end-waits", nil): self = .endWaits
        default: return nil
        }
    }

    func applyToPrestart() {
        switch self {
        case .prestartExits(let code): exit(code)
        case .prestartSilent: sleepForEver()
        default: break
        }
    }

    /// - Returns: whether the scope goes on to serve.
    func applyToBoot() async throws -> Bool {
        switch self {
        case .exits(let code): exit(code)
        case .silent: sleepForEver()
        case .deaf: UnresponsiveWorker().run()
        case .lies: UnresponsiveWorker().lie()
        case .traps: fatalError("asked to crash at boot")
        case .scopeThrows: throw RequestedFailure()
        case .scopeReturns: return false
        case .scopeWaits:
            Self.say("preparing")
            try await Task.sleep(for: .seconds(1000))
        case .none, .prestartExits, .prestartSilent, .endSays, .endThrows, .endServes, .endWaits: break
        }
        return true
    }

    func applyToEnd(_ serve: WorkerProgram.Serve) async throws {
        switch self {
        case .endSays: Self.say("the rest of the scope")
        case .endThrows: throw RequestedFailure()
        case .endServes: try await serve(FaultyApplication())
        case .endWaits:
            Self.say("waiting")
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        default: break
        }
    }

    private static func say(_ text: String) {
        let line = text + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
    }

    /// Nil when there is no such file.
    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count).filter { $0 > 0x20 }, as: UTF8.self)
    }
}

struct RequestedFailure: Error, CustomStringConvertible {
    var description: String { "asked to fail" }
}

func sleepForEver() -> Never {
    while true { pause() }
}

/// A worker whose tick advances, but that accepts no connection and follows no order.
struct UnresponsiveWorker {
    private let inherited = Inherited()

    func run() -> Never {
        sayReady()
        let slot: Scoreboard.Slot
        do {
            slot = try Scoreboard.inherited(descriptor: inherited.scoreboard).slot(inherited.slot)
        } catch {
            fatalError("\(error)")
        }
        while true {
            slot.tick = MonotonicClock.nanoseconds
            usleep(20_000)
        }
    }

    /// Writes nonsense over its slot once, and hangs.
    func lie() -> Never {
        sayReady()
        inherited.spoilSlot()
        sleepForEver()
    }

    private func sayReady() {
        // A duplicate: the master takes the end of the channel for the end of the worker.
        let channel = ControlChannel(owning: OwnedDescriptor(owning: dup(inherited.control)))
        do {
            try channel.send(WorkerMessage.ready)
        } catch {
            fatalError("\(error)")
        }
    }
}
