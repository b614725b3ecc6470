internal import Contract
import Glibc

/// An address at which nobody can listen. Its text says what to do.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// - Parameter flag: by which another address is chosen.
    init(_ address: BindAddress, _ error: Listener.Failure, flag: String = "--bind") {
        description = "cannot listen on \(address): \(Self.text(error, flag))"
    }

    package init(_ description: String) {
        self.description = description
    }

    private static func text(_ failure: Listener.Failure, _ flag: String) -> String {
        switch failure {
        case .unknownHost(let reason): return "\(reason); give an address of this machine, or 0.0.0.0 for all"
        case .inUse: return "another server listens there; stop it, or choose another address with \(flag)"
        case .notASocket: return "a file that is no socket has that name; remove it, or choose another path"
        case .symbolicLink: return "a symbolic link has that name; remove it, or give the path that it leads to"
        case .folder(let folder, let error):
            let cause = String(cString: strerror(error.errno))
            return "the folder \(folder) cannot be used (\(cause)); make it and let this user write to it"
        case .system(let error):
            let advice =
                switch error.errno {
                case EADDRNOTAVAIL: "this machine has no such address"
                case EACCES, EPERM: "this user may not; choose a port from 1024 on, or a path that is this user's"
                default: error.description
                }
            return advice
        }
    }
}
