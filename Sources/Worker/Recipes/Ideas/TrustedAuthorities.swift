import NIOSSL

/// Who may have signed an upstream's certificate.
enum TrustedAuthorities: Equatable, Sendable {
    /// Those of the machine.
    case system
    /// Those in these places and nobody else: a PEM file, and a folder that `openssl rehash` has gone over.
    case only(file: String?, folder: String?)

    /// - Parameters:
    ///   - file: of SSL_CERT_FILE.
    ///   - folder: of SSL_CERT_DIR.
    init(file: String?, folder: String?) {
        self = file == nil && folder == nil ? .system : .only(file: file, folder: folder)
    }

    /// Finds at the start what would be missed only at the first handshake. Nothing is read for the machine's.
    func check() throws(SettingError) {
        guard case .only(let file, let folder) = self else { return }
        if let file, (try? NIOSSLCertificate.fromPEMFile(file))?.isEmpty != false {
            throw SettingError(name: "SSL_CERT_FILE", reason: "\"\(file)\" is no file of PEM certificates")
        }
        guard let folder else { return }
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(folder)
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw SettingError(name: "SSL_CERT_DIR", reason: "\"\(folder)\" is no folder of certificates; give one")
        }
    }

    /// TLS as a client: the name and the whole chain are verified, and nothing below TLS 1.2 is spoken (RFC 8996).
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if case .only(let file, let folder) = self {
            configuration.trustRoots = (folder ?? file).map { .file($0) }
            // Only a file can be added to another place.
            if folder != nil, let file { configuration.additionalTrustRoots = [.file(file)] }
        }
        return configuration
    }
}
