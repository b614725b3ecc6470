import Contract
import Glibc

/// A worker that seems well, takes no connection, and does nothing that it is told.
struct DeafWorker {
    private let control: Int32
    private let slot: Scoreboard.Slot

    /// The library has taken the inheritance out of the environment by now; the kernel still has what the process was
    /// started with.
    init() {
        let inherited = Self.environmentAtStart
        func number(_ name: String) -> Int32 {
            guard let value = inherited[name].flatMap({ Int32($0) }) else { fatalError("\(name) is not set") }
            return value
        }
        control = number(Inheritance.controlDescriptor)
        do {
            let scoreboard = try Scoreboard.inherited(descriptor: number(Inheritance.scoreboardDescriptor))
            slot = scoreboard.slot(Int(number(Inheritance.slot)))
        } catch {
            fatalError("\(error)")
        }
    }

    func run() -> Never {
        let channel = ControlChannel(owning: FileDescriptor(owning: control))
        do {
            try channel.send(WorkerMessage.ready)
        } catch {
            fatalError("\(error)")
        }
        while true {
            slot.tick = MonotonicClock.nanoseconds
            usleep(20_000)
        }
    }

    private static var environmentAtStart: [String: String] {
        guard let file = fopen("/proc/self/environ", "re") else { return [:] }
        defer { fclose(file) }
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&bytes, 1, bytes.count, file), count > 0 { text += bytes.prefix(count) }
        let pairs = text.split(separator: 0).map { entry in
            let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts.last ?? [], as: UTF8.self))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
