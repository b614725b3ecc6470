import Foundation

/// A terminal, from the side of the one who sits before it.
final class Terminal {
    /// The name of the other side, for a program.
    let path: String
    private let descriptor: Int32
    /// Held open: without anybody on the other side, what was written there would be lost.
    private let other: Int32
    /// What `wait` has read.
    private var written: [UInt8] = []
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

    /// As somebody types it.
    func type(_ text: String) { for byte in text.utf8 { send(byte) } }

    /// Whoever has it as the controlling terminal gets SIGWINCH.
    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// Its settings now (termios(3)): input, output and local flags.
    var flags: [tcflag_t] {
        var settings = termios()
        tcgetattr(other, &settings)
        return [settings.c_iflag, settings.c_oflag, settings.c_lflag]
    }

    /// Reads on until what has been written is as wanted.
    func wait(for what: String, until isThere: (String) -> Bool) throws {
        let end = ContinuousClock.now + ChildProcess.patience
        var bytes = [UInt8](repeating: 0, count: 65536)
        while !isThere(String(decoding: written, as: UTF8.self)) {
            guard try readable(descriptor, until: end) else {
                throw ChildProcess.Failure(
                    description:
                        "never \(what): \(String(decoding: written.suffix(4096), as: UTF8.self).debugDescription)")
            }
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { throw ChildProcess.Failure(description: "the terminal is gone") }
            written += bytes.prefix(count)
        }
    }

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
