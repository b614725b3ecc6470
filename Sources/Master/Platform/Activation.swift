internal import CLinux
import Contract
import Glibc

/// Listening sockets that a service manager opened, or kept, and handed over (sd_listen_fds(3)).
package enum Activation {
    /// None when there are none for this process. To be asked once: the sockets are the listeners' then.
    /// - Parameter first: where they begin.
    /// - Returns: the manager's own, and those that a master before this one stored and that still listen.
    /// - Throws: what the manager opened and is no listening stream socket.
    package static func take(
        _ environment: [String: String], from first: Int32 = Inheritance.firstDescriptor
    ) throws(ListenError) -> (activated: [Listener], stored: [Listener]) {
        guard environment[Inheritance.listenPID] == String(getpid()) else { return ([], []) }
        guard let text = environment[Inheritance.listenCount], text != "0" else { return ([], []) }
        guard let count = Int32(text), (1...1024).contains(count) else {
            throw ListenError("LISTEN_FDS in the environment: '\(text)' is no number of sockets")
        }
        let names = (environment[Inheritance.listenNames] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var activated: [Listener] = []
        var stored: [Listener] = []
        for index in 0..<Int(count) {
            let number = first + Int32(index)
            // The workers' accept threads wait in it; a master that was about to stop may have changed that.
            _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
            if index < names.count, names[index].hasPrefix(Listener.storePrefix) {
                if let listener = self.stored(number, names[index]) { stored.append(listener) }
            } else {
                activated.append(try listener(number))
            }
        }
        return (activated, stored)
    }

    private static func listener(_ number: Int32) throws(ListenError) -> Listener {
        guard let name = SocketName(of: number),
            let listener = try? Listener(resuming: number, address: name.address, isActivated: true)
        else {
            throw ListenError(
                "the service manager handed over fd \(number), which is no listening stream socket; "
                    + "give its socket unit ListenStream= and Accept=no")
        }
        // The workers are told the address as a setting.
        guard (try? BindAddress("\(name.address)")) != nil, !"\(name.address)".contains(",") else {
            throw ListenError(
                "the service manager handed over \(name.address), which is no address of a setting: abstract sockets "
                    + "and commas are not supported")
        }
        return listener
    }

    /// Its address is in its name: that of the socket is the temporary one under which it was bound.
    private static func stored(_ number: Int32, _ name: Substring) -> Listener? {
        guard let address = Listener.address(inStoreName: name),
            let listener = try? Listener(resuming: number, address: address, isActivated: false)
        else {
            close(number)
            return nil
        }
        return listener
    }
}
