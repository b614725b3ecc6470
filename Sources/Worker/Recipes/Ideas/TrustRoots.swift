import NIOSSL

/// The certificate authorities that may sign reddit's certificate.
enum TrustRoots: Equatable, Sendable {
    /// The system's.
    case system
    /// Only these: a PEM file, and a directory prepared by `openssl rehash`.
    case custom(file: String?, directory: String?)

    /// - Parameters:
    ///   - file: SSL_CERT_FILE.
    ///   - directory: SSL_CERT_DIR.
    init(file: String?, directory: String?) {
        self = file == nil && directory == nil ? .system : .custom(file: file, directory: directory)
    }

    /// Finds a bad path at start rather than at the first TLS handshake.
    func check() throws(SettingError) {
        guard case .custom(let file, let directory) = self else { return }
        if let file, (try? NIOSSLCertificate.fromPEMFile(file))?.isEmpty != false {
            throw SettingError(name: "SSL_CERT_FILE", reason: "\"\(file)\" is not a file of PEM certificates")
        }
        guard let directory else { return }
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(directory)
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw SettingError(name: "SSL_CERT_DIR", reason: "\"\(directory)\" is not a directory of certificates")
        }
    }

    /// A client's configuration: it verifies the name and the whole chain, and speaks TLS 1.2 or later (RFC 8996).
    var tlsConfiguration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if case .custom(let file, let directory) = self {
            configuration.trustRoots = (directory ?? file).map { .file($0) }
            // NIOSSL accepts only a file in addition to another place.
            if directory != nil, let file { configuration.additionalTrustRoots = [.file(file)] }
        }
        return configuration
    }
}
