internal import Contract

extension Listener {
    /// Why a socket does not listen.
    enum Failure: Error {
        case unknownHost(reason: String)
        case inUse
        case notASocket
        case symbolicLink
        case folder(String, SystemError)
        case system(SystemError)
    }

    /// `check` with this error.
    static func attempt<Value: BinaryInteger>(_ call: String, _ body: () -> Value) throws(Failure) -> Value {
        do {
            return try check(call, body)
        } catch {
            throw .system(error)
        }
    }
}
