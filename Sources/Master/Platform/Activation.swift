internal import CLinux
internal import Contract
import Glibc

/// Listening sockets that a service manager opened and handed over (sd_listen_fds(3)).
package enum Activation {
    /// None when there are none for this process.
    /// - Throws: what was handed over and is no listening stream socket.
    package static func listeners(_ environment: [String: String]) throws(ListenError) -> [Listener] {
        guard environment[Inheritance.listenPID] == String(getpid()) else { return [] }
        guard let text = environment[Inheritance.listenCount], text != "0" else { return [] }
        guard let count = Int32(text), (1...1024).contains(count) else {
            throw ListenError("LISTEN_FDS in the environment: '\(text)' is no number of sockets")
        }
        var listeners: [Listener] = []
        for number in Inheritance.firstDescriptor..<Inheritance.firstDescriptor + count {
            listeners.append(try listener(number))
        }
        return listeners
    }

    private static func listener(_ number: Int32) throws(ListenError) -> Listener {
        guard option(SO_ACCEPTCONN, of: number) == 1, option(SO_TYPE, of: number) == Int32(SOCK_STREAM.rawValue),
            let name = SocketName(of: number)
        else {
            throw ListenError(
                "the service manager handed over fd \(number), which is no listening stream socket; "
                    + "give its socket unit ListenStream= and Accept=no")
        }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        // The workers' accept threads wait in it.
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
        return Listener(socket: FileDescriptor(owning: number), address: name.address, isActivated: true)
    }

    private static func option(_ option: Int32, of number: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(number, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }
}
