import Contract
import Glibc

/// What goes wrong before a worker serves: the text of the file that FAULT_FILE names, else of FAULT.
///
/// The file is read at each start, so that a test can break and mend the next worker while the server runs.
enum Fault: Equatable, Sendable {
    case none
    /// `exit:CODE`: it ends before it is ready.
    case exits(Int32)
    /// `silent`: it never says that it is ready.
    case silent
    /// `deaf`: it says that it is ready and hears nothing from then on, no signal and no message.
    case deaf
    /// `trap`: it crashes before it is ready.
    case traps
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
        case ("trap", nil): self = .traps
        case ("prestart-exit", let code?): self = .prestartExits(code)
        case ("prestart-silent", nil): self = .prestartSilent
        default: return nil
        }
    }

    func strikePrestart() {
        switch self {
        case .prestartExits(let code): exit(code)
        case .prestartSilent: sleepForEver()
        default: break
        }
    }

    func strikeBoot() {
        switch self {
        case .exits(let code): exit(code)
        case .silent: sleepForEver()
        case .deaf: DeafWorker().run()
        case .traps: fatalError("asked to crash at boot")
        case .none, .prestartExits, .prestartSilent: break
        }
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

func sleepForEver() -> Never {
    while true { pause() }
}
