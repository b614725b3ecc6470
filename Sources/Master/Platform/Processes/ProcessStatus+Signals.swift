extension ProcessStatus {
    /// Whether a process has a handler for a signal (SigCgt of proc_pid_status(5)): without one, the signal could end it.
    package static func catches(_ signal: Int32, _ pid: Int32) -> Bool {
        catches(signal, inStatus: SystemFile.read("/proc/\(pid)/status") ?? "")
    }

    static func catches(_ signal: Int32, inStatus text: String) -> Bool {
        for line in text.split(separator: "\n") where line.hasPrefix("SigCgt:") {
            guard let digits = line.split(whereSeparator: \.isWhitespace).last, let mask = UInt64(digits, radix: 16)
            else {
                return false
            }
            return mask >> UInt64(signal - 1) & 1 == 1
        }
        return false
    }
}
