import Contract
import Linux
import Glibc

/// The executable and the command line that `brigade` itself was started with.
enum BrigadeExecutable {
    /// The command line without the program's name.
    static let arguments = Array(ProcessArguments.all.dropFirst())

    /// The path as it was typed, with its symbolic links: after a deployment has moved the link `current`, the next reload
    /// and the next upgrade follow it.
    ///
    /// Must be read first of all: when the file is replaced, the kernel changes what /proc/self/exe says.
    static let path: String = {
        guard let typed = ProcessArguments.all.first, let path = absolute(typed) else { return resolvedPath }
        // A caller may pass any name. A master's successor was given the right one; and without /proc there is no other.
        let isTrusted = UpgradeHandshake.isUnderWay || resolvedPath.isEmpty || isSameFile(path, "/proc/self/exe")
        return isTrusted ? path : resolvedPath
    }()

    /// `recipe-worker` next to it, or next to the file that a symbolic link leads to.
    static let defaultWorker: String = {
        let candidate = directory(of: path) + "/recipe-worker"
        guard access(candidate, F_OK) != 0, access(directory(of: resolvedPath) + "/recipe-worker", F_OK) == 0
        else { return candidate }
        return directory(of: resolvedPath) + "/recipe-worker"
    }()

    /// Without symbolic links; empty without /proc.
    private static let resolvedPath: String = {
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
        let directories = (Environment.variables["PATH"] ?? "").split(separator: ":")
        return directories.map { "\($0)/\(typed)" }.first { $0.hasPrefix("/") && access($0, X_OK) == 0 }
    }

    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
