import Brigade
import Glibc

/// A folder with Swagger UI and ReDoc, as `deploy/docs-assets.sh` fills it.
struct DocumentationFolder: Equatable {
    /// Relative to the working directory unless it starts with a slash.
    let path: String

    /// - Throws: which file is not there, or cannot be read.
    func assets() throws(SettingError) -> DocumentationAssets {
        try DocumentationAssets(reading: read)
    }

    private func read(_ name: String) throws(SettingError) -> [UInt8] {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(name, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw refusal(name, String(cString: strerror(errno))) }
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        guard !content.isEmpty else { throw refusal(name, "it is empty") }
        return content
    }

    private func refusal(_ name: String, _ reason: String) -> SettingError {
        SettingError(
            name: "DOCS_ASSETS",
            reason: "\(path)/\(name) cannot be read: \(reason); `deploy/docs-assets.sh FOLDER` fills such a folder")
    }
}
