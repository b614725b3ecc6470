internal import CPostgres
import Glibc

/// Where a database is, and how to connect: a URL in libpq's form (PostgreSQL's documentation, section "Connection URIs").
///
/// Descriptions and errors never contain the password.
package struct PostgresURL: Equatable, Sendable, CustomStringConvertible {
    /// One of the servers. All three may be absent: libpq then has a default.
    struct Host: Equatable, Sendable {
        /// A name, an address, or the directory of a Unix socket.
        var name: String?
        /// Replaces the name, except for checks of certificates.
        var address: String?
        var port: String?
    }

    struct Parameter: Equatable, Sendable {
        let keyword: String
        let value: String
    }

    package struct Invalid: Error, Equatable, Sendable {
        /// Says what is wrong, without a value that could be a password.
        package let reason: String
    }

    let hosts: [Host]
    /// Without host, hostaddr and port.
    let parameters: [Parameter]

    /// - Parameter text: the scheme is `postgresql` or `postgres`. A driver after it is ignored, as in SQLAlchemy's
    ///   `postgresql+psycopg`.
    package init(_ text: String) throws(Invalid) {
        guard let colon = text.firstRange(of: "://") else { throw Invalid(reason: "it has no scheme") }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse("postgresql" + text[colon.lowerBound...], &message) else {
            defer { PQfreemem(message) }
            throw Invalid(reason: Self.harmless(message.map { String(cString: $0) } ?? "out of memory"))
        }
        defer { PQconninfoFree(options) }
        var values = Self.values(options)
        if let defaults = PQconndefaults() {
            // So that a name in PGHOST is resolved off the loop, too.
            let known = Self.values(defaults)
            if values["host"] == nil, values["hostaddr"] == nil {
                (values["host"], values["hostaddr"]) = (known["host"], known["hostaddr"])
            }
            if values["port"] == nil { values["port"] = known["port"] }
            PQconninfoFree(defaults)
        }
        guard values["service"] == nil else {
            throw Invalid(reason: "it names a service; write the service's parameters into the URL")
        }
        hosts = try Self.hosts(values)
        parameters = values.filter { !["host", "hostaddr", "port"].contains($0.key) }
            .map { Parameter(keyword: $0.key, value: $0.value) }.sorted { $0.keyword < $1.keyword }
    }

    private static func values(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, value.pointee != 0 {
                values[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        return values
    }

    private static func hosts(_ values: [String: String]) throws(Invalid) -> [Host] {
        func list(_ keyword: String) -> [String?] {
            guard let value = values[keyword] else { return [] }
            return value.split(separator: ",", omittingEmptySubsequences: false).map { $0.isEmpty ? nil : String($0) }
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(names.count, addresses.count, 1)
        guard names.isEmpty || addresses.isEmpty || names.count == addresses.count else {
            throw Invalid(reason: "it has \(names.count) hosts, but \(addresses.count) host addresses")
        }
        guard ports.count <= 1 || ports.count == count else {
            throw Invalid(reason: "it has \(count) hosts, but \(ports.count) ports")
        }
        for case let port? in ports {
            guard let number = Int(port), (1...65535).contains(number) else {
                throw Invalid(reason: "a port is not a number from 1 to 65535")
            }
        }
        return (0..<count).map { index in
            Host(
                name: names.isEmpty ? nil : names[index], address: addresses.isEmpty ? nil : addresses[index],
                port: ports.isEmpty ? nil : ports.count == 1 ? ports[0] : ports[index])
        }
    }

    /// libpq's message without what it quotes, which may be the password; the name of an unknown parameter stays.
    private static func harmless(_ message: String) -> String {
        let parts = message.oneLine.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return message.oneLine }
        let isName =
            parts[0].hasPrefix("invalid URI query parameter") && parts[1].allSatisfy { $0.isLetter || $0 == "_" }
        let text = isName ? "\(parts[0])\"\(parts[1])\"" : "\(parts[0])"
        var end = text.endIndex
        while end > text.startIndex, ": (".contains(text[text.index(before: end)]) { end = text.index(before: end) }
        return String(text[..<end])
    }

    func value(_ keyword: String) -> String? {
        parameters.first { $0.keyword == keyword }?.value
    }

    /// `postgresql://user@host:port/name`.
    package var description: String {
        let user = value("user").map { "\($0)@" } ?? ""
        let places = hosts.map { host in
            let name = host.name ?? host.address ?? ""
            return (name.contains(":") ? "[\(name)]" : name) + (host.port.map { ":\($0)" } ?? "")
        }
        return "postgresql://\(user)\(places.joined(separator: ","))/\(value("dbname") ?? "")"
    }
}
