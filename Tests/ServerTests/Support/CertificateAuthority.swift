import Foundation

/// An authority of the test's own, and what it signs. Its files go with the folder that it is given.
struct CertificateAuthority {
    struct Certificate {
        /// PEM files.
        let certificate: String
        let key: String
    }

    private let folder: String
    private let name: String

    /// The authority's own certificate, for those who trust it.
    var certificate: String { "\(folder)/\(name).pem" }

    init(_ name: String, in folder: String) throws {
        self.folder = folder
        self.name = name
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            "\(name).key", "-out", "\(name).pem", "-days", "2", "-subj", "/CN=\(name)")
    }

    /// - Parameters:
    ///   - subject: an alternative name as OpenSSL writes it: `DNS:localhost`, `IP:127.0.0.1`.
    ///   - days: for how long from now; below zero it is over.
    func sign(_ subject: String, days: Int = 1) throws -> Certificate {
        let leaf = UUID().uuidString
        try "subjectAltName=\(subject)".write(toFile: "\(folder)/\(leaf).ext", atomically: false, encoding: .utf8)
        try openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            "\(leaf).key", "-out", "\(leaf).csr", "-subj", "/CN=\(leaf.prefix(8))")
        try openssl(
            "x509", "-req", "-in", "\(leaf).csr", "-CA", "\(name).pem", "-CAkey", "\(name).key", "-CAcreateserial",
            "-days", "\(days)", "-extfile", "\(leaf).ext", "-out", "\(leaf).pem")
        return Certificate(certificate: "\(folder)/\(leaf).pem", key: "\(folder)/\(leaf).key")
    }

    /// Gives the folder's certificates the names by which a folder of authorities is searched.
    func rehash() throws {
        try openssl("rehash", folder)
    }

    private func openssl(_ arguments: String...) throws {
        let process = try ChildProcess(
            "/usr/bin/openssl", arguments, environment: ["PATH": "/usr/bin:/bin"], folder: folder)
        guard try process.waitForExit() == 0 else {
            throw ChildProcess.Failure(description: "openssl \(arguments[0]): \(process.output)")
        }
    }
}
