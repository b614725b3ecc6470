package import Contract
import Glibc
import SystemPackage

extension EnvFile {
    /// - Throws: why it cannot be read, or the first invalid line.
    package init(path: String) throws(SettingsError) {
        try self.init(path: path, bytes: Self.read(path))
    }

    /// The file that a setting names. A `-` before the path makes it optional, as for systemd's EnvironmentFile=
    /// (systemd.exec(5)).
    /// - Returns: nil if an optional file does not exist.
    /// - Throws: why it cannot be read, or the first invalid line.
    static func named(_ text: String) throws(SettingsError) -> EnvFile? {
        guard text.hasPrefix("-") else { return try EnvFile(path: text) }
        let path = String(text.dropFirst())
        guard !path.isEmpty else { throw SettingsError("the env file '-' has no name: give a path, or -PATH") }
        if access(path, F_OK) != 0, errno == ENOENT { return nil }
        return try EnvFile(path: path)
    }

    private static let largest = 1 << 20

    private static func read(_ path: String) throws(SettingsError) -> [UInt8] {
        // Opening a pipe must not block. It is rejected below: it could not be read again at a reload.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard number >= 0 else {
            let advice = errno == EACCES ? "; let the server's own user read it" : ""
            throw unreadable(path, Errno(rawValue: errno).description + advice)
        }
        let file = OwnedDescriptor(owning: number)
        var information = stat()
        guard fstat(file.number, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw unreadable(path, "it is not a regular file")
        }
        var bytes: [UInt8] = []
        while true {
            var failure: Int32 = 0
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                let length = Glibc.read(file.number, buffer.baseAddress, buffer.count)
                if length < 0 { failure = errno }
                count = max(0, length)
            }
            guard failure == 0 else { throw unreadable(path, Errno(rawValue: failure).description) }
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= largest else {
                throw unreadable(path, "it is larger than \(ValueSyntax.text(size: largest))")
            }
        }
    }

    private static func unreadable(_ path: String, _ reason: String) -> SettingsError {
        SettingsError("the env file \(path) cannot be read: \(reason)")
    }
}

extension ResolvedSettings {
    /// The settings of all sources, after reading the env file that flags or the environment name.
    package static func reading(
        flags: [String: [String]], environment: [String: String]
    ) throws(SettingsError) -> ResolvedSettings {
        let path = envFilePath(flags: flags, environment: environment)
        let file: EnvFile? = if let path { try EnvFile.named(path) } else { nil }
        return try ResolvedSettings(flags: flags, environment: environment, file: file)
    }
}
