internal import CLinux
internal import Contract
package import Linux
import Glibc

/// Listening sockets that a service manager opened or stored, and passed to this process (sd_listen_fds(3)).
package struct Activation {
    /// Opened by the manager, for a socket unit.
    package private(set) var activated: [ListeningSocket] = []
    /// Stored by an earlier master, and still listening.
    package private(set) var stored: [ListeningSocket] = []
    /// Names in the manager's store whose sockets no longer listen. The manager may forget them.
    package private(set) var staleNames: [String] = []
    /// Why a socket that was passed is not used: one line per socket, for the log.
    package private(set) var warnings: [String] = []

    /// Empty if no socket was passed to this process. Call it once: the values own the sockets.
    /// - Parameter first: the first descriptor.
    /// - Throws: if the manager opened something that is not a listening stream socket.
    package static func take(
        _ environment: [String: String], from first: Int32 = WorkerEnvironment.firstDescriptor
    ) throws(ListenError) -> Activation {
        var activation = Activation()
        guard let text = environment[WorkerEnvironment.listenCount], !text.isEmpty, text != "0" else {
            return activation
        }
        let pid = environment[WorkerEnvironment.listenPID] ?? "missing"
        guard pid == String(getpid()) else {
            activation.warnings.append(
                "LISTEN_FDS in the environment is \(text), but LISTEN_PID is \(pid) and this process is \(getpid()): no "
                    + "socket is used; if they are meant for this server, start it with exec in your script")
            return activation
        }
        guard let count = Int32(text), (1...1024).contains(count) else {
            throw ListenError("LISTEN_FDS in the environment: '\(text)' is not a number from 1 to 1024")
        }
        let names = (environment[WorkerEnvironment.listenNames] ?? "").split(
            separator: ":", omittingEmptySubsequences: false)
        for index in 0..<Int(count) {
            let number = first + Int32(index)
            let name = index < names.count ? names[index] : ""
            if StoreName.isOurs(name) {
                activation.addStored(number, name)
            } else {
                activation.activated.append(try listener(number, name))
            }
        }
        return activation
    }

    private static func listener(_ number: Int32, _ name: Substring) throws(ListenError) -> ListeningSocket {
        setBlocking(number)
        let what = name.isEmpty ? "fd \(number)" : "fd \(number), named '\(name)'"
        guard let address = BindAddress(boundTo: number),
            let listener = try? ListeningSocket(resuming: number, address: address, isActivated: true)
        else {
            throw ListenError(
                "the service manager handed over \(what), which is not a listening stream socket; "
                    + "give its socket unit ListenStream= and Accept=no")
        }
        // Workers get the address as a setting.
        guard (try? BindAddress("\(address)")) != nil, !"\(address)".contains(",") else {
            throw ListenError(
                "the service manager handed over \(what), at \(address), which cannot be a value of --bind: "
                    + "abstract sockets and commas are not supported")
        }
        return listener
    }

    /// The address comes from the name: the socket itself has the temporary address that it was bound to.
    private mutating func addStored(_ number: Int32, _ text: Substring) {
        Self.setBlocking(number)
        if let name = StoreName(text),
            let listener = try? ListeningSocket(
                resuming: number, address: name.address, isActivated: false, file: name.file)
        {
            stored.append(listener)
            return
        }
        let reason = StoreName(text).map { "\($0.address) no longer listens" } ?? "its name contains no address"
        warnings.append(
            "closed fd \(number), which the service manager stored as '\(text)': \(reason)")
        staleNames.append(String(text))
        close(number)
    }

    /// Accept threads of the workers block in accept(2). A master that was stopping may have set O_NONBLOCK.
    private static func setBlocking(_ number: Int32) {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
    }
}
