import Contract
import Logging
import Platform
import Supervisor

extension Master {
    func write(_ notice: Notice) {
        let line = Line(notice)
        switch notice {
        case .allReady, .reloadDone, .reloadAbandoned: status = line.text
        default: break
        }
        log.log(level: line.level, "\(line.text)", metadata: line.worker.map(metadata))
    }

    /// A process has one name in every line: worker, generation, pid.
    func metadata(_ id: Worker.ID) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["worker": "\(id.slot)", "gen": "\(id.generation)"]
        if let process = workers[id] { metadata["pid"] = "\(process.child.pid)" }
        return metadata
    }
}

extension BindAddress {
    /// What a person can give to a browser, where there is such a thing.
    var url: String {
        switch self {
        case .tcp: "http://\(self)"
        case .unix: description
        }
    }
}
