internal import CPostgres

/// Why a request has no answer, and what has become of it.
package enum PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server refused it. Nothing of it is stored.
    case server(ServerMessage)
    /// There is no connection. Nothing of it is stored.
    case unavailable(String)
    /// The deadline has passed. Nothing of it is stored.
    case timedOut(String)
    /// Too many requests wait already. Nothing of it is stored.
    case overloaded
    /// A write was sent, and the connection was lost before the answer. It may be stored, or not.
    case outcomeUnknown(String)

    package var description: String {
        switch self {
        case .server(let message): message.description
        case .unavailable(let reason), .timedOut(let reason), .outcomeUnknown(let reason): reason
        case .overloaded: "too many requests wait for the database"
        }
    }
}

/// An error in the server's own words.
package struct ServerMessage: Error, Equatable, Sendable, CustomStringConvertible {
    /// SQLSTATE, five characters (PostgreSQL's documentation, appendix A); empty if the client library made the error.
    package let code: String
    /// One line.
    package let description: String

    package init(code: String, _ text: String) {
        self.code = code
        description = text.oneLine
    }

    init(_ result: OpaquePointer?) {
        func field(_ name: Character) -> String? {
            PQresultErrorField(result, Int32(name.asciiValue!)).map { String(cString: $0) }
        }
        let primary = field("M") ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? "no answer"
        let more = [field("D"), field("H")].compactMap { $0 }.map { " (\($0))" }.joined()
        self.init(code: field("C") ?? "", primary + more)
    }
}

/// SQLSTATE codes that this client knows.
package enum SQLState {
    package static let foreignKeyViolation = "23503"
    package static let uniqueViolation = "23505"
    package static let readOnlyTransaction = "25006"
    package static let insufficientPrivilege = "42501"
    static let serializationFailure = "40001"
    static let deadlock = "40P01"
    static let queryCanceled = "57014"
    static let unknownStatement = "26000"
    /// "cached plan must not change result type", after a migration.
    static let featureNotSupported = "0A000"

    /// The server cannot do what it could at other times: it has no resources left, stops, has a broken disk, is a standby.
    package static func isUnavailable(_ code: String) -> Bool {
        ["53", "57", "58"].contains(code.prefix(2)) || code == readOnlyTransaction
    }

    /// The error ends by itself: the server starts, stops, or has no connection left.
    static let transientConnectionErrors: Set = ["53300", "57P01", "57P02", "57P03"]
}

extension String {
    /// libpq's messages end with a newline. Lines that begin with a tab guess at the cause, and one tells where in the server's
    /// code it is.
    var oneLine: String {
        split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") && !$0.hasPrefix("LOCATION:") }
            .joined(separator: "; ")
    }
}
