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
    /// A part of the stacks of its threads, which SIGUSR2 asks for: lines, at most `longestStacks` bytes. An empty part is the
    /// end. A signal handler sends it (CLinux/stacks.c).
    case stacks(String)

    package static let allCases: [WorkerMessage] = [
        .booted, .ready, .draining, .drained, .recycle, .healthProblem("a problem"), .healthProblem(nil),
        .stacks("thread 1:\n  0 main\n"), .stacks(""),
    ]

    package static let stacksKind: UInt8 = 7
    package static let longestStacks = 4096

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
        case .stacks: Self.stacksKind
        }
    }

    package var bytes: [UInt8] {
        let start = [Self.version, kind]
        return switch self {
        case .healthProblem(let text): start + Self.bounded(text ?? "").utf8
        case .stacks(let text): start + text.utf8.prefix(Self.longestStacks)
        case .booted, .ready, .draining, .drained, .recycle: start
        }
    }

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.first == Self.version, let kind = bytes.dropFirst().first else { return nil }
        let rest = bytes.dropFirst(2)
        if kind == 6, rest.count <= Self.longestText {
            let text = Self.bounded(String(decoding: rest, as: UTF8.self))
            self = .healthProblem(text.isEmpty ? nil : text)
            return
        }
        if kind == Self.stacksKind, rest.count <= Self.longestStacks {
            self = .stacks(String(decoding: rest, as: UTF8.self))
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

/// What a master tells a worker. A worker of another build ignores kinds that it does not know.
package enum MasterMessage: ControlMessage, CaseIterable {
    /// Finish the accepted requests, then exit.
    case drain
    /// Cancel the requests in flight, and exit.
    case stop
    /// Reopen the log files, which were renamed (log rotation).
    case reopenLogs
    /// The server is about to stop: answer that it is not ready, and keep serving.
    case withdraw
    /// The answer to `ready`: accept connections from now on. Until then the master may still stop the worker, and no
    /// client loses by it.
    case accept
    /// The whole server stops, so no other worker will serve the connections in the listening sockets' queues. On the
    /// next `drain` or `stop`, accept them too, and then shut the sockets down. It comes before `drain` or `stop`, and
    /// never in a reload. It is a message because every process that shares a socket could change the socket's state.
    case close
    /// Log from this level on.
    case logLevel(LogLevel)

    package static let allCases: [MasterMessage] =
        [.drain, .stop, .reopenLogs, .withdraw, .accept, .close] + LogLevel.allCases.map(MasterMessage.logLevel)

    package var bytes: [UInt8] {
        switch self {
        case .drain: [Self.version, 1]
        case .stop: [Self.version, 2]
        case .reopenLogs: [Self.version, 3]
        case .withdraw: [Self.version, 4]
        case .accept: [Self.version, 5]
        case .close: [Self.version, 6]
        case .logLevel(let level): [Self.version, 7] + level.rawValue.utf8
        }
    }

    package init?(bytes: some Collection<UInt8>) {
        guard let message = Self.allCases.first(where: { $0.bytes.elementsEqual(bytes) }) else { return nil }
        self = message
    }
}

extension ControlMessage {
    /// A receiver refuses other versions: master and worker can be of different builds during a reload.
    package static var version: UInt8 { 1 }
}
