import Glibc

/// A folder of a test's own, which goes with the value.
final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/brigade-tests-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        for name in names { unlink(file(name)) }
        rmdir(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What is in it.
    var names: [String] { PlatformTests.names(in: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o644) -> String {
        let number = open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        _ = Glibc.write(number, text, text.utf8.count)
        close(number)
        return file(name)
    }
}

/// What is in a folder.
func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// Where a symbolic link leads.
func target(of link: String) -> String {
    var path = [UInt8](repeating: 0, count: 4096)
    let count = readlink(link, &path, path.count)
    return String(decoding: path.prefix(max(0, count)), as: UTF8.self)
}

/// The text of a file of the system, such as those of /proc.
func text(of path: String) -> String {
    String(decoding: bytes(of: path), as: UTF8.self)
}

func bytes(of path: String) -> [UInt8] {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(number) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    var length = 0
    while length < bytes.count {
        let count = bytes.withUnsafeMutableBytes { read(number, $0.baseAddress! + length, $0.count - length) }
        if count <= 0 { break }
        length += count
    }
    return Array(bytes.prefix(length))
}
