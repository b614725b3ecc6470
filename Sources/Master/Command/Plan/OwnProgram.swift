import Contract
import Linux
import Glibc

/// What `brigade` itself was started as.
enum OwnProgram {
    /// After its own name.
    static let arguments = Array(ProcessArguments.all.dropFirst())

    /// With its symbolic links as they were given: a deployment that turns `current` to another folder is meant to be
    /// found by the next reload and the next upgrade.
    ///
    /// To be read first of all: when the file is replaced, the kernel says so in its name.
    static let path: String = {
        guard let typed = ProcessArguments.all.first, let path = absolute(typed) else { return own }
        // The name is whatever the caller wanted it to be. One who was executed in a master's place has been given it; and
        // without /proc nobody knows a better one.
        return UpgradeHandshake.isUnderWay || own.isEmpty || isSameFile(path, "/proc/self/exe") ? path : own
    }()

    /// `recipe-worker` beside it, or beside the file that it leads to.
    static let worker: String = {
        let beside = folder(of: path) + "/recipe-worker"
        guard access(beside, F_OK) != 0, access(folder(of: own) + "/recipe-worker", F_OK) == 0 else { return beside }
        return folder(of: own) + "/recipe-worker"
    }()

    /// Without any link; empty where there is no /proc.
    private static let own: String = {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let program = String(decoding: path.prefix(max(0, count)), as: UTF8.self)
        let mark = " (deleted)"
        return program.hasSuffix(mark) ? String(program.dropLast(mark.count)) : program
    }()

    /// As a shell finds it.
    private static func absolute(_ typed: String) -> String? {
        if typed.hasPrefix("/") { return typed }
        if typed.contains("/") {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            guard let here = getcwd(&buffer, buffer.count) else { return nil }
            return "\(String(cString: here))/\(typed)"
        }
        let folders = (Environment.variables["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(typed)" }.first { $0.hasPrefix("/") && access($0, X_OK) == 0 }
    }

    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
