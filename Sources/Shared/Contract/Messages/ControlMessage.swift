/// A message of the control channel: two bytes, the version and the kind, and of some kinds a text.
///
/// The channel is a SOCK_SEQPACKET pair, so that a message arrives whole or not at all; its end (EOF) means that the
/// other process is gone.
package protocol ControlMessage: Sendable, Equatable {
    var bytes: [UInt8] { get }
    /// Nil for what is no message, or is one of another version.
    init?(bytes: some Collection<UInt8>)
}

/// What a worker tells its master.
package enum WorkerMessage: ControlMessage, CaseIterable {
    /// The process runs and has understood its settings.
    case booted
    /// The application stands, and connections can be accepted.
    case ready
    /// No connection is accepted any more.
    case draining
    /// Every connection is finished; the process is about to exit.
    case drained
    /// Replace me, when another is ready.
    case recycle
    /// The application cannot do all that it should, for this reason; nil when it can again. Whoever reads it has at most
    /// `longestText` bytes of it, on one line and without control characters.
    case healthProblem(String?)

    package static let allCases: [WorkerMessage] = [
        .booted, .ready, .draining, .drained, .recycle, .healthProblem("a problem"), .healthProblem(nil),
    ]

    /// Bytes of UTF-8.
    package static let longestText = 200

    private var kind: UInt8 {
        switch self {
        case .booted: 1
        case .ready: 2
        case .draining: 3
        case .drained: 4
        case .recycle: 5
        case .healthProblem: 6
        }
    }

    package var bytes: [UInt8] {
        let start = [Self.version, kind]
        guard case .healthProblem(let text) = self else { return start }
        return start + Self.bounded(text ?? "").utf8
    }

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.first == Self.version, let kind = bytes.dropFirst().first else { return nil }
        let rest = bytes.dropFirst(2)
        if kind == 6, rest.count <= Self.longestText {
            let text = Self.bounded(String(decoding: rest, as: UTF8.self))
            self = .healthProblem(text.isEmpty ? nil : text)
            return
        }
        guard rest.isEmpty, let message = Self.allCases.first(where: { $0.kind == kind }), kind != 6 else { return nil }
        self = message
    }

    /// As `healthProblem` has it.
    package static func bounded(_ text: String) -> String {
        let visible = text.visible
        if visible.utf8.count <= longestText { return visible }
        var count = 0
        return String(
            String.UnicodeScalarView(
                visible.unicodeScalars.prefix { scalar in
                    count += UTF8.width(scalar)
                    return count <= longestText
                }))
    }
}

/// What a master tells a worker.
package enum MasterMessage: UInt8, ControlMessage, CaseIterable {
    /// Finish what is accepted, then exit.
    case drain = 1
    /// Cancel what is in flight and exit.
    case stop = 2
    /// Open the log files anew, because somebody has renamed them.
    case reopenLogs = 3
    /// The server is about to stop: answer readiness with no, and go on serving.
    case withdraw = 4
    /// The answer to `ready`: accept connections from now on. A worker that its master does not count yet has none to
    /// lose.
    case accept = 5
    /// The whole server stops, and nobody else will serve what waits in the listening sockets' queues: once told to
    /// drain or to stop, accept that too, and then shut the sockets down. Comes before `drain` or `stop`, and never in a
    /// reload. A message and no state of the sockets, which anybody can change who shares them.
    case close = 6
}

extension ControlMessage {
    /// A receiver refuses any other: master and worker of different builds can meet during a reload.
    static var version: UInt8 { 1 }
}

extension ControlMessage where Self: RawRepresentable<UInt8> {
    package var bytes: [UInt8] { [Self.version, rawValue] }

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 2, bytes.first == Self.version, let kind = bytes.dropFirst().first else { return nil }
        self.init(rawValue: kind)
    }
}
