package import Contract
import Glibc
import SystemPackage

/// Why a server cannot listen on an address. The text says what to do.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// - Parameter setting: the setting that chooses the address.
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
        /// Another address of this server covers this one.
        case overlaps(BindAddress)
        case folder(String, SystemError)
        case system(SystemError)

        /// The reason, and what to do.
        /// - Parameter setting: the setting that chooses the address.
        package func text(choosing setting: String) -> String {
            switch self {
            case .unknownHost(let reason):
                return "\(reason); give an address of this machine, or 0.0.0.0 for all, with \(setting)"
            case .inUse: return "another server listens there; stop it, or choose another address with \(setting)"
            case .notASocket: return "a file that is not a socket has that name; remove it, or choose another path"
            case .symbolicLink: return "a symbolic link has that name; remove it, or give the path that it leads to"
            case .overlaps(let other):
                return "this server also listens on \(other), which covers this address; remove one of the two"
            case .folder(let folder, let error):
                let cause = error.errno.description
                return "the directory \(folder) cannot be used (\(cause)); create it and let this user write to it"
            case .system(let error):
                switch error.errno {
                case .addressNotAvailable:
                    return "this machine does not have that address; give one that it has, or 0.0.0.0 for all"
                case .permissionDenied, .notPermitted:
                    return "permission denied; choose a port above 1023, or a path that this user may write to"
                default: return error.descriptionWithAdvice
                }
            }
        }

        /// `check`, with this type of error.
        static func attempt<Value: BinaryInteger>(_ call: String, _ body: () -> Value) throws(Reason) -> Value {
            do {
                return try check(call, body)
            } catch {
                throw .system(error)
            }
        }
    }
}
