import Contract
import Linux
import Glibc
import Supervisor

extension Duration {
    /// Seconds, as exactly as a person cares.
    var text: String {
        let (seconds, attoseconds) = components
        let hundredths = attoseconds / 10_000_000_000_000_000
        if seconds >= 100 { return "\(seconds) s" }
        return "\(seconds).\(hundredths < 10 ? "0" : "")\(hundredths) s"
    }
}

extension Ending {
    var text: String {
        switch self {
        case .exited(let code):
            switch ExitCode(rawValue: code) {
            case .usage: "exit code 1 (bad settings or usage)"
            case .boot: "exit code 3 (boot failed)"
            case .application: "exit code 4 (the application could not be built)"
            case .prestart: "exit code 5 (the prestart failed)"
            default: "exit code \(code)"
            }
        case .signaled(let number): "killed by \(Self.signalNames[number] ?? "signal \(number)")"
        case .notStarted(let reason): "not started: \(reason)"
        }
    }

    private static let signalNames: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT",
        SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV",
        SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGSYS: "SIGSYS",
        SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    ]
}

extension Reload.Failure {
    var text: String {
        switch self {
        case .executable(let reason): reason
        case .prestart(let ending): "the prestart failed: \(ending.text); the log has its reason"
        case .prestartTimePassed:
            "the prestart took longer than --prestart-timeout allows; see what it waits for, or give it more time"
        case .workerEnded(let id, .notStarted(let reason)): "the new worker \(id.slot) ended: not started: \(reason)"
        case .workerEnded(let id, let ending): "the new worker \(id.slot) ended: \(ending.text); the log has its reason"
        case .bootTimePassed(let id): "the new worker \(id.slot) is not ready within boot-timeout"
        case .workerStuck(let id, let fault): "the new worker \(id.slot) is stuck: \(fault.text)"
        case .workerLeft(let id): "the new worker \(id.slot) went away by itself"
        }
    }
}

extension Effect.Outcome {
    var text: String {
        switch self {
        case .stopped: "stopped"
        case .neverReady: "no worker became ready in ten tries: they say above why"
        case .applicationFailed: "the application could not be built: the worker says above why"
        case .settingsRefused: "the worker refuses its settings: it says above which"
        case .prestartFailed: "no server without its prestart: it says above what is wrong"
        }
    }
}

extension Fault {
    var text: String {
        switch self {
        case .bootTime: "it is not ready within boot-timeout"
        case .loopStuck(let time): "its loop has stood still for \(time.text)"
        case .poolStuck(let time): "its blocking threads are \(time.text) past request-timeout, and work waits"
        }
    }
}

extension Upgrade.Failure {
    var text: String {
        switch self {
        case .check(.notStarted(let reason)): "the new executable cannot take over: \(reason)"
        case .check(.signaled(let number)):
            "the new executable cannot take over: \(Ending.signaled(number).text); is the file whole?"
        case .check(let ending): "the new executable cannot take over: \(ending.text); its own line above says why"
        case .time: "the new executable has not shown within boot-timeout that it can take over"
        case .exec(let reason): reason
        case .cameBack(let reason): "the new executable gave up, and the old one goes on: \(reason)"
        }
    }
}

extension Worker.State {
    /// Whether a KILL that ends it was the master's own.
    var isKilledByMaster: Bool {
        switch self {
        case .killed, .failed: true
        case .booting, .ready, .failing, .draining, .stopping: false
        }
    }
}
