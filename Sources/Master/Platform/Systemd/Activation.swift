internal import CLinux
internal import Contract
package import Linux
import Glibc

/// Listening sockets that a service manager opened, or kept, and handed over (sd_listen_fds(3)).
package struct Activation {
    /// The manager's own.
    package private(set) var activated: [ListeningSocket] = []
    /// Those that a master before this one stored and that still listen.
    package private(set) var stored: [ListeningSocket] = []
    /// What the manager keeps by these names serves nobody any more: it may forget it.
    package private(set) var useless: [String] = []
    /// What is not used of all that was handed over, and why: a line each, for the log.
    package private(set) var remarks: [String] = []

    /// Nothing when there is nothing for this process. To be asked once: the sockets are the listeners' then.
    /// - Parameter first: where they begin.
    /// - Throws: what the manager opened and is no listening stream socket.
    package static func take(
        _ environment: [String: String], from first: Int32 = WorkerEnvironment.firstDescriptor
    ) throws(ListenError) -> Activation {
        var activation = Activation()
        guard let text = environment[WorkerEnvironment.listenCount], !text.isEmpty, text != "0" else {
            return activation
        }
        let pid = environment[WorkerEnvironment.listenPID] ?? "missing"
        guard pid == String(getpid()) else {
            activation.remarks.append(
                "LISTEN_FDS in the environment is \(text), but LISTEN_PID is \(pid) and this process is \(getpid()): no "
                    + "socket is taken over; if some are meant for this server, let the script before it use exec")
            return activation
        }
        guard let count = Int32(text), (1...1024).contains(count) else {
            throw ListenError("LISTEN_FDS in the environment: '\(text)' is no number of sockets")
        }
        let names = (environment[WorkerEnvironment.listenNames] ?? "").split(
            separator: ":", omittingEmptySubsequences: false)
        for index in 0..<Int(count) {
            let number = first + Int32(index)
            let name = index < names.count ? names[index] : ""
            if StoreName.isOurs(name) {
                activation.takeBack(number, name)
            } else {
                activation.activated.append(try listener(number, name))
            }
        }
        return activation
    }

    private static func listener(_ number: Int32, _ name: Substring) throws(ListenError) -> ListeningSocket {
        stopNotBlocking(number)
        let what = name.isEmpty ? "fd \(number)" : "fd \(number), named '\(name)'"
        guard let address = BindAddress(boundTo: number),
            let listener = try? ListeningSocket(resuming: number, address: address, isActivated: true)
        else {
            throw ListenError(
                "the service manager handed over \(what), which is no listening stream socket; "
                    + "give its socket unit ListenStream= and Accept=no")
        }
        // The workers are told the address as a setting.
        guard (try? BindAddress("\(address)")) != nil, !"\(address)".contains(",") else {
            throw ListenError(
                "the service manager handed over \(what), at \(address), which is no address of a setting: "
                    + "abstract sockets and commas are not supported")
        }
        return listener
    }

    /// Its address is in its name: that of the socket is the temporary one under which it was bound.
    private mutating func takeBack(_ number: Int32, _ text: Substring) {
        Self.stopNotBlocking(number)
        if let name = StoreName(text),
            let listener = try? ListeningSocket(
                resuming: number, address: name.address, isActivated: false, file: name.file)
        {
            stored.append(listener)
            return
        }
        let reason = StoreName(text).map { "\($0.address) listens no more" } ?? "no address can be read from its name"
        remarks.append(
            "fd \(number), which the service manager has kept as '\(text)', is of no use and closed: \(reason)")
        useless.append(String(text))
        close(number)
    }

    /// The workers' accept threads wait in it; a master that was about to stop may have changed that.
    private static func stopNotBlocking(_ number: Int32) {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
    }
}
