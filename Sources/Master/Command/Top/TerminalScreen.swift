import Glibc
import Linux
import Platform

/// The terminal of `brigade top`: raw input, and frames on the alternate screen. The terminal is as it was before when this
/// is left.
struct TerminalScreen: ~Copyable {
    /// Nil if standard input is no terminal: then there are no keys.
    private let input: termios?
    private let hasColors: Bool
    private(set) var isOpen = false

    /// - Parameter hasColors: whether colors may be used (NO_COLOR, no-color.org).
    init(hasColors: Bool) {
        self.hasColors = hasColors
        var present = termios()
        input = tcgetattr(STDIN_FILENO, &present) == 0 ? present : nil
    }

    deinit { if isOpen { restore() } }

    var hasKeys: Bool { input != nil }

    /// Also after the process was stopped and continued: whoever ran meanwhile may have changed the terminal.
    mutating func open() {
        if var raw = input {
            raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
            raw.c_iflag &= ~tcflag_t(ICRNL)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        }
        isOpen = true
        // The alternate screen, without a cursor, where a line that is too long does not continue on the next.
        Self.write("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J")
    }

    mutating func close() {
        if isOpen { restore() }
        isOpen = false
    }

    private func restore() {
        Self.write("\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
        if var input { tcsetattr(STDIN_FILENO, TCSADRAIN, &input) }
    }

    /// Of the terminal now (TIOCGWINSZ).
    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// As many lines as the terminal has rows, in one write, which the terminal shows at once if it can (mode 2026). A
    /// frame for which there is no room, as after Ctrl-S, is left out.
    func draw(_ lines: [TopScreen.Line]) {
        let place = [Poll.Interest(STDOUT_FILENO, reads: false, writes: true)]
        guard Poll.wait(for: place, atMost: .zero).contains(where: \.isWritable) else { return }
        // Each line is erased first: after a text in the last column the cursor stands on it.
        let text = lines.map { "\u{1b}[K\(code($0.style))\($0.text)\u{1b}[0m" }.joined(separator: "\r\n")
        Self.write("\u{1b}[?2026h\u{1b}[H\(text)\u{1b}[?2026l")
    }

    private func code(_ style: TopScreen.Line.Style) -> String {
        switch style {
        case .plain: ""
        case .bold: "\u{1b}[1m"
        case .heading: "\u{1b}[7m"
        case .dim: "\u{1b}[2m"
        case .warning: hasColors ? "\u{1b}[33m" : "\u{1b}[1m"
        case .alert: hasColors ? "\u{1b}[31m" : "\u{1b}[1m"
        }
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            written += max(0, count)
        }
    }
}
