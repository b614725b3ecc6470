import Contract
import Linux
import Glibc

/// A folder of a test's own, which goes with the value.
struct Folder: ~Copyable {
    private let name: String

    init() throws {
        var template = Array("/tmp/brigade-serving-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
        name = String(cString: made)
    }

    func path(_ file: String) -> String { "\(name)/\(file)" }

    func text(_ file: String) throws -> String {
        let number = try check("open") { open(path(file), O_RDONLY) }
        let descriptor = OwnedDescriptor(owning: number)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = try check("read") { read(descriptor.number, &buffer, buffer.count) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    deinit {
        Self.remove(name)
    }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
