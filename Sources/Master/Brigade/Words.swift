import Contract
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
        case .prestart(let ending): "the prestart failed: \(ending.text)"
        case .workerEnded(let id, let ending): "the new worker \(id.slot) ended: \(ending.text)"
        case .bootTimePassed(let id): "the new worker \(id.slot) is not ready within boot-timeout"
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
        case .prestartFailed: "no server without its prestart: it says above what is wrong"
        }
    }
}

extension Event.Signal {
    var name: String {
        switch self {
        case .terminate: "TERM"
        case .interrupt: "INT"
        case .quit: "QUIT"
        case .hangup: "HUP"
        case .oneMore: "TTIN"
        case .oneFewer: "TTOU"
        case .user1: "USR1"
        case .user2: "USR2"
        case .windowChange: "WINCH"
        }
    }
}
