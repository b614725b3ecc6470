/// A message of the control channel: two bytes, the version and the kind.
///
/// The channel is a SOCK_SEQPACKET pair, so that a message arrives whole or not at all; its end (EOF) means that the
/// other process is gone.
package protocol ControlMessage: RawRepresentable<UInt8>, Sendable {}

/// What a worker tells its master.
package enum WorkerMessage: UInt8, ControlMessage, CaseIterable {
    /// The process runs and has understood its settings.
    case booted = 1
    /// The application stands, and connections can be accepted.
    case ready = 2
    /// No connection is accepted any more.
    case draining = 3
    /// Every connection is finished; the process is about to exit.
    case drained = 4
    /// Replace me, when another is ready.
    case recycle = 5
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
}

extension ControlMessage {
    /// A receiver refuses any other: master and worker of different builds can meet during a reload.
    static var version: UInt8 { 1 }

    var bytes: [UInt8] { [Self.version, rawValue] }

    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 2, bytes.first == Self.version, let kind = bytes.dropFirst().first else { return nil }
        self.init(rawValue: kind)
    }
}
