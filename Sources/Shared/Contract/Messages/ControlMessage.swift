/// A message of the control channel: a byte for the version, a byte for the kind, and for some kinds a text.
///
/// The channel is a SOCK_SEQPACKET pair, so a message arrives whole or not at all. EOF means that the other process has
/// exited.
package protocol ControlMessage: Sendable, Equatable {
    var bytes: [UInt8] { get }
    /// Nil for a message of another version, and for anything else.
    init?(bytes: some Collection<UInt8>)
}

/// What a worker tells its master.
package enum WorkerMessage: ControlMessage, CaseIterable {
    /// The process runs and its settings are valid.
    case booted
    /// The application is built, and connections can be accepted.
    case ready
    /// No connection is accepted any more.
    case draining
    /// All connections are closed; the process is about to exit.
    case drained
    /// Replace this worker, once another one is ready.
    case recycle
    /// The application does not work fully, for this reason; nil when it does again. The receiver gets at most
    /// `longestText` bytes, on one line and without control characters.
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

    /// The text as `healthProblem` carries it.
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
    /// Finish the accepted requests, then exit.
    case drain = 1
    /// Cancel the requests in flight, and exit.
    case stop = 2
    /// Reopen the log files, which were renamed (log rotation).
    case reopenLogs = 3
    /// The server is about to stop: answer that it is not ready, and keep serving.
    case withdraw = 4
    /// The answer to `ready`: accept connections from now on. Until then the master may still stop the worker, and no
    /// client loses by it.
    case accept = 5
    /// The whole server stops, so no other worker will serve the connections in the listening sockets' queues. On the
    /// next `drain` or `stop`, accept them too, and then shut the sockets down. It comes before `drain` or `stop`, and
    /// never in a reload. It is a message because every process that shares a socket could change the socket's state.
    case close = 6
}

extension ControlMessage {
    /// A receiver refuses other versions: master and worker can be of different builds during a reload.
    static var version: UInt8 { 1 }
}

extension ControlMessage where Self: RawRepresentable<UInt8> {
    package var bytes: [UInt8] { [Self.version, rawValue] }

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 2, bytes.first == Self.version, let kind = bytes.dropFirst().first else { return nil }
        self.init(rawValue: kind)
    }
}
