/// The environment variables by which the master hands descriptors and an identity to a worker. The settings are variables
/// too, by their own names.
package enum WorkerEnvironment {
    /// The number of listening sockets, from fd 3 on (sd_listen_fds(3)).
    package static let listenCount = "LISTEN_FDS"
    /// The pid that they are meant for.
    package static let listenPID = "LISTEN_PID"
    /// Their names, separated by colons.
    package static let listenNames = "LISTEN_FDNAMES"
    /// The fd of the worker's end of the control channel.
    package static let controlDescriptor = "BRIGADE_CONTROL_FD"
    /// The fd of the scoreboard.
    package static let scoreboardDescriptor = "BRIGADE_SCOREBOARD_FD"
    /// The worker's slot on the scoreboard: its number in every log line.
    package static let slot = "BRIGADE_SLOT"
    /// The number of the executable and settings that the worker was started with; 1 for the first.
    package static let generation = "BRIGADE_GENERATION"

    /// The master sets them for each worker, and never passes on its own.
    package static let names: Set<String> = [
        listenCount, listenPID, listenNames, controlDescriptor, scoreboardDescriptor, slot, generation,
    ]

    /// The first inherited descriptor (sd_listen_fds(3)).
    package static let firstDescriptor: Int32 = 3
}
