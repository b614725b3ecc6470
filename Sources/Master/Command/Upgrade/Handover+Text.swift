import Contract
import Linux
import Platform
import Supervisor

extension Handover {
    var text: String {
        var lines = ["handover version=\(Self.version)"]
        lines.append("program \(Self.fields(program))")
        lines.append("master started=\(HandoverText.nanoseconds(started)) scoreboard=\(scoreboard.descriptor)")
        lines.append(
            "scoreboard version=\(Scoreboard.version) entries=\(scoreboard.entries) secret=\(scoreboard.secret)")
        lines.append("credentials \(Self.fields(credentials))")
        for (name, value) in (credentials?.login ?? [:]).sorted(by: { $0.key < $1.key }) {
            lines.append("login name=\(name) value=\(HandoverText.escaped(value))")
        }
        lines += arguments.map { "argument text=\(HandoverText.escaped($0))" }
        for listener in listeners {
            lines.append("listener \(Self.fields(listener))")
        }
        for worker in workers {
            let id = worker.id
            lines.append(
                "worker slot=\(id.slot) generation=\(id.generation) serial=\(id.serial) pid=\(worker.pid) "
                    + "control=\(worker.control)")
        }
        for (number, generation) in generations.sorted(by: { $0.key < $1.key }) {
            lines.append("generation number=\(number) \(Self.fields(generation.executable))")
            for (name, value) in generation.environment.sorted(by: { $0.key < $1.key }) {
                let name = HandoverText.escaped(name)
                lines.append("variable generation=\(number) name=\(name) value=\(HandoverText.escaped(value))")
            }
        }
        if let pidfile { lines.append("pidfile \(Self.fields(pidfile))") }
        if let control { lines.append("control \(Self.fields(control))") }
        let latency = totals.latency.counts.map(String.init).joined(separator: ",")
        lines.append("totals requests=\(totals.requests) lost=\(totals.lost) latency=\(latency)")
        if let lastChange { lines.append("reloaded text=\(HandoverText.escaped(lastChange))") }
        lines += supervisor.lines.map { "supervisor line=\(HandoverText.escaped($0))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func fields(_ credentials: Credentials?) -> String {
        guard let credentials else { return "change=no" }
        let groups = credentials.groups.map(String.init).joined(separator: ",")
        let login = credentials.login == nil ? "no" : "yes"
        return "change=yes user=\(credentials.user) group=\(credentials.group) groups=\(groups) login=\(login)"
    }

    private static func fields(_ opened: Opened) -> String {
        "fd=\(opened.descriptor) script=\(opened.isScript ? 1 : 0) path=\(HandoverText.escaped(opened.path))"
    }

    private static func fields(_ listener: ListenerFact) -> String {
        let address = HandoverText.escaped("\(listener.address)")
        let file = listener.file.map { " device=\($0.device) inode=\($0.inode)" } ?? ""
        return "fd=\(listener.descriptor) activated=\(listener.isActivated ? 1 : 0) address=\(address)\(file)"
    }

    private static func fields(_ named: NamedDescriptor) -> String {
        "fd=\(named.descriptor) path=\(HandoverText.escaped(named.path))"
    }

    /// - Throws: what is missing or wrong, for the operator.
    init(text: String) throws(HandoverError) {
        var facts: [String: [HandoverText.Line]] = [:]
        for line in text.split(separator: "\n") {
            let line = HandoverText.Line(line)
            facts[line.kind, default: []].append(line)
        }
        func only(_ kind: String) throws(HandoverError) -> HandoverText.Line {
            guard let line = facts[kind]?.first else { throw HandoverError(description: "the handover has no \(kind)") }
            return line
        }
        let version: Int = try only("handover").number("version")
        guard version == Self.version else {
            throw HandoverError(
                description: "the handover is of version \(version), and this build knows \(Self.version)")
        }
        let master = try only("master")
        let supervisor: Snapshot
        do {
            var lines: [String] = []
            for line in facts["supervisor"] ?? [] { lines.append(try line.text("line")) }
            supervisor = try Snapshot(lines: lines)
        } catch {
            throw HandoverError(description: "the handover's supervisor cannot be read: \(error)")
        }
        self.init(
            program: try Self.opened(only("program")), started: .nanoseconds(try master.number("started") as Int64),
            scoreboard: try Self.scoreboard(only("scoreboard"), master), supervisor: supervisor)
        credentials = try Self.credentials(only("credentials"), login: facts["login"] ?? [])
        for line in facts["argument"] ?? [] { arguments.append(try line.text("text")) }
        for line in facts["listener"] ?? [] { listeners.append(try Self.listener(line)) }
        for line in facts["worker"] ?? [] { workers.append(try Self.worker(line)) }
        for line in facts["generation"] ?? [] {
            let number: Int = try line.number("number")
            generations[number] = GenerationFact(executable: try Self.opened(line), environment: [:])
        }
        for line in facts["variable"] ?? [] {
            let number: Int = try line.number("generation")
            let name = try line.text("name")
            generations[number]?.environment[name] = try line.text("value")
        }
        pidfile = try facts["pidfile"]?.first.map(Self.named)
        control = try facts["control"]?.first.map(Self.listener)
        totals = try Self.totals(only("totals"))
        lastChange = try facts["reloaded"]?.first?.text("text")
    }

    private static func scoreboard(
        _ line: HandoverText.Line, _ master: HandoverText.Line
    ) throws(HandoverError) -> ScoreboardFact {
        let version: Int = try line.number("version")
        guard version == Scoreboard.version else {
            throw HandoverError(
                description: "the scoreboard is of version \(version), and this build knows \(Scoreboard.version): "
                    + "stop the server and start it anew")
        }
        return ScoreboardFact(
            descriptor: try master.number("scoreboard"), entries: try line.number("entries"),
            secret: try line.number("secret"))
    }

    private static func credentials(
        _ line: HandoverText.Line, login lines: [HandoverText.Line]
    ) throws(HandoverError) -> Credentials? {
        guard try line.text("change") == "yes" else { return nil }
        var groups: [UInt32] = []
        for text in try line.text("groups").split(separator: ",") {
            guard let group = UInt32(text) else {
                throw HandoverError(description: "the handover has the group '\(text)', which is no number")
            }
            groups.append(group)
        }
        var login: [String: String] = [:]
        for line in lines { login[try line.text("name")] = try line.text("value") }
        return Credentials(
            user: try line.number("user"), group: try line.number("group"), groups: groups,
            login: try line.text("login") == "yes" ? login : nil)
    }

    private static func opened(_ line: HandoverText.Line) throws(HandoverError) -> Opened {
        let script: Int = try line.number("script")
        return Opened(descriptor: try line.number("fd"), path: try line.text("path"), isScript: script == 1)
    }

    private static func named(_ line: HandoverText.Line) throws(HandoverError) -> NamedDescriptor {
        NamedDescriptor(descriptor: try line.number("fd"), path: try line.text("path"))
    }

    private static func listener(_ line: HandoverText.Line) throws(HandoverError) -> ListenerFact {
        let text = try line.text("address")
        guard let address = try? BindAddress(text) else {
            throw HandoverError(description: "the handover has a listener at '\(text)', which is no address")
        }
        let activated: Int = try line.number("activated")
        var fact = ListenerFact(descriptor: try line.number("fd"), isActivated: activated == 1, address: address)
        if line.has("inode") {
            fact.file = FileIdentity(device: try line.number("device"), inode: try line.number("inode"))
        }
        return fact
    }

    private static func worker(_ line: HandoverText.Line) throws(HandoverError) -> WorkerFact {
        let id = Worker.ID(
            slot: try line.number("slot"), generation: try line.number("generation"), serial: try line.number("serial"))
        return WorkerFact(id: id, pid: try line.number("pid"), control: try line.number("control"))
    }

    private static func totals(_ line: HandoverText.Line) throws(HandoverError) -> Totals {
        var totals = Totals()
        totals.requests = try line.number("requests")
        totals.lost = try line.number("lost")
        let counts = try line.text("latency").split(separator: ",").map { UInt64($0) ?? 0 }
        if counts.count == totals.latency.counts.count { totals.latency.counts = counts }
        return totals
    }
}
