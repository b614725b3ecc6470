import Foundation

/// A terminal, from the side of the one who sits before it.
final class Terminal {
    /// The name of the other side, for a program.
    let path: String
    private let descriptor: Int32
    /// Held open: without anybody on the other side, what was written there would be lost.
    private let other: Int32
    private static let stop: UInt8 = 0x13
    private static let start: UInt8 = 0x11

    init() throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which Swift does not show.
        guard descriptor >= 0, ioctl(descriptor, 0x4004_5431, &unlocked) == 0,
            ioctl(descriptor, 0x8004_5430, &number) == 0
        else { throw ChildProcess.Failure(description: "no terminal: \(errno)") }
        path = "/dev/pts/\(number)"
        other = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    }

    deinit {
        close(other)
        close(descriptor)
    }

    /// Ctrl-S.
    func stopOutput() { send(Self.stop) }

    /// Ctrl-Q.
    func startOutput() { send(Self.start) }

    /// All that has come by now, and what comes while it is read.
    func readAll() throws -> String {
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 65536)
        while try readable(descriptor, until: .now + .milliseconds(200)) {
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { break }
            text += bytes.prefix(count)
        }
        return String(decoding: text, as: UTF8.self).replacing("\r\n", with: "\n")
    }

    private func send(_ byte: UInt8) {
        var byte = byte
        _ = write(descriptor, &byte, 1)
    }
}
