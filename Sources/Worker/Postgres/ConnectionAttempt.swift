internal import CPostgres
import Glibc

/// How to connect: the parameters of the URL, and defaults that notice a server that was cut off within seconds.
struct ConnectionParameters: Sendable {
    /// An address of one server, with its own limit of time.
    struct Candidate: Hashable, Sendable {
        /// In the URL's words; nil if libpq has a default.
        var name: String?
        /// Numeric; nil for the directory of a Unix socket, and libpq's default.
        var address: String?
        var port: String?
    }

    let url: PostgresURL
    /// The name that pg_stat_activity shows.
    let applicationName: String

    /// Nanoseconds, for one candidate.
    var timeout: UInt64 {
        let seconds = url.value("connect_timeout").flatMap { UInt64($0) } ?? 0
        return (seconds > 0 ? min(seconds, 60) : 3) * 1_000_000_000
    }

    private static let defaults = [
        ("client_encoding", "UTF8"),
        // The keys of Kerberos may be read from a network.
        ("gssencmode", "disable"),
        ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "2"),
        ("tcp_user_timeout", "5000"),
        // A standby takes no writes.
        ("target_session_attrs", "read-write"),
    ]

    /// libpq's parameters for one server.
    func values(for candidate: Candidate) -> [(keyword: String, value: String)] {
        var values = url.parameters.map { ($0.keyword, $0.value) }
        for (keyword, value) in Self.defaults where url.value(keyword) == nil { values.append((keyword, value)) }
        values.append(("fallback_application_name", applicationName))
        if let name = candidate.name { values.append(("host", name)) }
        if let address = candidate.address { values.append(("hostaddr", address)) }
        if let port = candidate.port { values.append(("port", port)) }
        return values
    }

    // MARK: Names

    /// Whether a name must be looked up, which blocks.
    var needsLookup: Bool { url.hosts.contains { $0.address == nil && Self.isName($0.name) } }

    /// All addresses of all hosts, in their order. It may block.
    /// - Returns: nothing but a reason if no host has an address.
    func candidates() -> (candidates: [Candidate], reason: String) {
        var candidates: [Candidate] = []
        var reasons: [String] = []
        for host in url.hosts {
            guard host.address == nil, let name = host.name, Self.isName(name) else {
                candidates.append(Candidate(name: host.name, address: host.address, port: host.port))
                continue
            }
            do {
                candidates += try Self.addresses(of: name).map { Candidate(name: name, address: $0, port: host.port) }
            } catch {
                reasons.append("the name \(name) has no address: \(error.reason)")
            }
        }
        return (candidates, reasons.joined(separator: "; "))
    }

    private static func isName(_ name: String?) -> Bool {
        guard let name, !name.hasPrefix("/"), !name.hasPrefix("@") else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET, name, &address) != 1 && inet_pton(AF_INET6, name, &address) != 1
    }

    private struct LookupError: Error {
        let reason: String
    }

    private static func addresses(of name: String) throws(LookupError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &found)
        guard code == 0 else { throw LookupError(reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }
        var addresses: [String] = []
        var entry = found
        while let info = entry?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                addresses.append(text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
            }
            entry = info.ai_next
        }
        return addresses
    }
}

/// A connection of libpq's that is being opened. The caller waits for its socket, and finishes the handle.
struct ConnectionAttempt {
    enum Progress {
        case wantsToRead
        case wantsToWrite
        case connected
        case failed(ConnectionFailure)
    }

    let handle: OpaquePointer

    /// Begins, and does not block: the candidate's address is numeric. Then wait until the socket can be written.
    init(
        _ parameters: ConnectionParameters, to candidate: ConnectionParameters.Candidate
    ) throws(ConnectionFailure) {
        let values = parameters.values(for: candidate)
        // libpq copies them.
        let keywords = values.map { strdup($0.keyword) }
        let texts = values.map { strdup($0.value) }
        defer { for text in keywords + texts { free(text) } }
        let handle = (keywords.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { keywords in
            (texts.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { texts in
                PQconnectStartParams(keywords.baseAddress!, texts.baseAddress!, 0)
            }
        }
        guard let handle else { throw ConnectionFailure(reason: "out of memory", isTransient: true) }
        self.handle = handle
        guard PQstatus(handle) != CONNECTION_BAD else {
            defer { PQfinish(handle) }
            throw failure
        }
        // With the code, by which an error is known in any language.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        // The default prints to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
    }

    /// Goes on when the socket is ready. Another socket may have taken its place.
    func poll() -> Progress {
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: return .wantsToRead
        case PGRES_POLLING_WRITING: return .wantsToWrite
        case PGRES_POLLING_OK: break
        default: return .failed(failure)
        }
        let version = PQserverVersion(handle)
        guard version >= Self.oldestVersion else {
            let found = PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? "\(version)"
            let reason =
                "the server is PostgreSQL \(found); version \(Self.oldestVersion / 10000) or newer is needed"
            return .failed(ConnectionFailure(reason: reason, isTransient: false))
        }
        return .connected
    }

    /// From 13 on, the owner of a database may create the extension pg_trgm.
    private static let oldestVersion: Int32 = 130000

    private var failure: ConnectionFailure { ConnectionFailure(message: String(cString: PQerrorMessage(handle))) }
}

/// Why a connection could not be opened.
package struct ConnectionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line, in the words of the server or of libpq.
    package let reason: String
    /// It may be possible in a moment.
    package let isTransient: Bool

    package var description: String { reason }

    init(reason: String, isTransient: Bool) {
        self.reason = reason
        self.isTransient = isTransient
    }

    /// - Parameter message: libpq's, with PQERRORS_VERBOSE.
    init(message: String) {
        let text = message.oneLine
        // "FATAL:  28P01: password authentication failed": severity and text may be in any language.
        if let match = text.firstMatch(of: #/: +((?=[A-Z]*[0-9])[0-9A-Z]{5}): /#) {
            let code = String(match.1)
            reason = text.replacing(match.0, with: ": ", maxReplacements: 1)
            isTransient = SQLState.transientConnectionErrors.contains(code)
        } else {
            reason = text
            isTransient = true
        }
    }
}
