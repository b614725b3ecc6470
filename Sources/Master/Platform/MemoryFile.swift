internal import CLinux
internal import Contract
package import Linux
import Glibc
internal import SystemPackage

/// A text in memory that is passed on as a descriptor (memfd_create(2)).
package enum MemoryFile {
    /// Close-on-exec.
    package static func write(_ text: String) throws(SystemError) -> OwnedDescriptor {
        let file = OwnedDescriptor(owning: try check("memfd_create") { brigade_memfd_create("brigade-state") })
        let number = file.number
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            written += try check("write") { rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) } }
        }
        return file
    }

    /// Reads from the start, whatever the file offset is.
    /// - Throws: EFBIG for more than 16 MiB.
    package static func read(descriptor: Int32) throws(SystemError) -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try check("read") { pread(descriptor, &part, part.count, bytes.count) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += part.prefix(count)
            guard bytes.count <= limit else { throw SystemError("read", errno: .fileTooLarge) }
        }
    }

    private static let limit = 16 << 20
}
