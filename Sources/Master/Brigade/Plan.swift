import Contract
import Glibc
import Platform

/// The settings with nothing left open: which worker, and how many.
struct Plan {
    let settings: Settings
    let environment: [String: String]
    /// What the number of workers comes from, when nobody gave it.
    let reason: String?

    init(_ options: Options) throws(StartError) {
        environment = Environment.variables
        var settings: Settings
        do {
            settings = try Settings.resolved(flags: options.texts, environment: environment)
        } catch {
            throw StartError(.usage, "\(error)")
        }
        if settings.workers == nil {
            let processors = Processors.available
            settings.workers = min(processors.count, Self.mostWorkers)
            reason = processors.reason
        } else {
            reason = nil
        }
        settings.worker = settings.worker ?? Self.besideThisProgram
        self.settings = settings
    }

    var workers: Int { settings.workers ?? 1 }

    var worker: String { settings.worker ?? Self.besideThisProgram }

    /// Opens the worker's executable.
    func openWorker() throws(StartError) -> Executable {
        do {
            return try Executable(opening: worker)
        } catch {
            throw StartError(.usage, "the worker \(worker) cannot be run: \(Self.advice(error))")
        }
    }

    /// The service manager's sockets, or else those of the settings.
    func openListeners() throws(StartError) -> [Listener] {
        do {
            var listeners = try Activation.listeners(environment)
            guard listeners.isEmpty else { return listeners }
            for address in settings.bind {
                listeners.append(try Listener.open(address, backlog: settings.backlog))
            }
            return listeners
        } catch {
            throw StartError(.bind, "\(error)")
        }
    }

    /// What keeps a worker from being opened, and what to do.
    static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case ENOENT, ENOTDIR: "there is no such file; build it, or name another with --worker"
        case EACCES: "it is not executable for this user; give it its rights by chmod"
        case EISDIR: "it is no file; name an executable with --worker"
        default: error.description
        }
    }

    /// As many as the slots of the scoreboard allow beside as many that leave.
    private static let mostWorkers = Scoreboard.capacity / 2

    private static let besideThisProgram: String = {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let program = String(decoding: path.prefix(max(0, count)), as: UTF8.self)
        return program.prefix(upTo: program.lastIndex(of: "/") ?? program.startIndex) + "/recipe-worker"
    }()
}
