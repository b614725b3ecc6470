import CLinux
import Glibc
import Platform
import Testing

/// A service manager's end: a socket of a test's own. What is sent to it is there at once.
final class Notifications {
    private let folder = Folder()
    private let socket = Notifications.datagrams()
    /// What came with the messages.
    private(set) var descriptors: [Int32] = []

    init() {
        #expect(withAddress(path) { bind(socket, $0, $1) } == 0)
    }

    deinit {
        closeDescriptors()
        close(socket)
    }

    var path: String { folder.file("notify") }

    /// Leaves no room for a message.
    func fill() {
        // Each sender has a limit of its own beside the queue's.
        while true {
            let sender = Self.datagrams()
            defer { close(sender) }
            var count = 0
            while withAddress(path, { sendto(sender, "x", 1, 0, $0, $1) }) == 1 { count += 1 }
            if count == 0 { return }
        }
    }

    /// Reads all that there is.
    func drain() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) >= 0 {}
    }

    /// The lines of the next message.
    func next() -> [String]? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var control = [Int](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { control in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    let count = recvmsg(socket, &message, Int32(MSG_CMSG_CLOEXEC))
                    let header = MemoryLayout<cmsghdr>.size
                    if count >= 0, message.msg_controllen >= header + MemoryLayout<Int32>.size {
                        descriptors.append(control.load(fromByteOffset: header, as: Int32.self))
                    }
                    return count
                }
            }
        }
        guard count >= 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func closeDescriptors() {
        for descriptor in descriptors { close(descriptor) }
        descriptors = []
    }

    private static func datagrams() -> Int32 {
        Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }
}

/// Whether two descriptors are of one file.
func areOfOneFile(_ one: Int32, _ other: Int32) -> Bool {
    var first = stat()
    var second = stat()
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev
        && first.st_ino == second.st_ino
}
