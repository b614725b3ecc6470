internal import CPostgres
import Glibc

/// A connection for code that may block, such as a migration.
package struct BlockingConnection: ~Copyable {
    private let handle: OpaquePointer

    /// Tries all servers of the URL, within its limit of time for each.
    package init(_ url: PostgresURL, applicationName: String) throws(ConnectionFailure) {
        let parameters = ConnectionParameters(url: url, applicationName: applicationName)
        let (candidates, reason) = parameters.candidates()
        var failures = reason.isEmpty ? [] : [ConnectionFailure(reason: reason, isTransient: true)]
        for candidate in candidates {
            do {
                handle = try Self.connect(parameters, candidate)
                return
            } catch {
                failures.append(error)
            }
        }
        throw ConnectionFailure(
            reason: failures.map(\.reason).joined(separator: "; "),
            isTransient: failures.contains(where: \.isTransient))
    }

    deinit { PQfinish(handle) }

    private static func connect(
        _ parameters: ConnectionParameters, _ candidate: ConnectionParameters.Candidate
    ) throws(ConnectionFailure) -> OpaquePointer {
        let attempt = try ConnectionAttempt(parameters, to: candidate)
        let deadline = ContinuousClock.now + .nanoseconds(Int64(parameters.timeout))
        var events = Int16(POLLOUT)
        while true {
            let left = deadline - ContinuousClock.now
            var waited = pollfd(fd: PQsocket(attempt.handle), events: events, revents: 0)
            let milliseconds = Int32(max(0, left / .milliseconds(1)) + 1)
            let count = left > .zero ? Glibc.poll(&waited, 1, milliseconds) : 0
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                PQfinish(attempt.handle)
                throw ConnectionFailure(reason: "the server does not answer", isTransient: true)
            }
            switch attempt.poll() {
            case .wantsToRead: events = Int16(POLLIN)
            case .wantsToWrite: events = Int16(POLLOUT)
            case .connected:
                PQsetErrorVerbosity(attempt.handle, PQERRORS_DEFAULT)
                return attempt.handle
            case .failed(let failure):
                PQfinish(attempt.handle)
                throw failure
            }
        }
    }

    /// Executes one statement, whose parameters are `$1`, `$2`.
    /// - Returns: the rows, each value as a text.
    package func execute(_ sql: String, _ values: [String?] = []) throws(PostgresError) -> [[String?]] {
        let texts = values.map { $0.map { strdup($0) } ?? nil }
        defer { for text in texts { free(text) } }
        let pointers = texts.map { UnsafePointer($0) }
        let result = PQexecParams(handle, sql, Int32(values.count), nil, pointers, nil, nil, 0)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: break
        default:
            guard PQstatus(handle) != CONNECTION_BAD else {
                throw .outcomeUnknown(String(cString: PQerrorMessage(handle)).oneLine)
            }
            throw .server(ServerMessage(result))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }
}
