package import Contract
import Glibc
import SystemPackage

/// An address at which nobody can listen. Its text says what to do.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// - Parameter setting: by which another address is chosen.
    package init(_ address: BindAddress, _ reason: Reason, choosing setting: String = "--bind") {
        description = "cannot listen on \(address): \(reason.text(choosing: setting))"
    }

    package init(_ description: String) {
        self.description = description
    }

    /// Why a socket cannot listen.
    package enum Reason: Error {
        case unknownHost(reason: String)
        case inUse
        case notASocket
        case symbolicLink
        /// Another of this server's own addresses, which leaves no room for this one.
        case overlaps(BindAddress)
        case folder(String, SystemError)
        case system(SystemError)

        /// What is wrong, and what to do about it.
        /// - Parameter setting: by which another address is chosen.
        package func text(choosing setting: String) -> String {
            switch self {
            case .unknownHost(let reason):
                return "\(reason); give an address of this machine, or 0.0.0.0 for all, by \(setting)"
            case .inUse: return "another server listens there; stop it, or choose another address with \(setting)"
            case .notASocket: return "a file that is no socket has that name; remove it, or choose another path"
            case .symbolicLink: return "a symbolic link has that name; remove it, or give the path that it leads to"
            case .overlaps(let other):
                return "this server is to listen on \(other) too, which leaves no room for it; leave one out"
            case .folder(let folder, let error):
                let cause = error.errno.description
                return "the directory \(folder) cannot be used (\(cause)); create it and let this user write to it"
            case .system(let error):
                switch error.errno {
                case .addressNotAvailable:
                    return "this machine has no such address; give one of its own, or 0.0.0.0 for all"
                case .permissionDenied, .notPermitted:
                    return "this user may not; choose a port from 1024 on, or a path that is this user's"
                default: return error.advised
                }
            }
        }

        /// `check` with this error.
        static func attempt<Value: BinaryInteger>(_ call: String, _ body: () -> Value) throws(Reason) -> Value {
            do {
                return try check(call, body)
            } catch {
                throw .system(error)
            }
        }
    }
}
