import Foundation

/// A library in C of the tests' own, which is loaded into the processes of a server before all others (LD_PRELOAD).
enum PreloadedLibrary {
    /// Compiles `Support/NAME.c`.
    /// - Returns: the library's path.
    static func build(_ name: String, in folder: String) throws -> String {
        let library = "\(folder)/\(name).so"
        let source = BuildProducts.root + "/Tests/ServerTests/Support/\(name).c"
        let compiler = try ChildProcess(
            "clang", ["-shared", "-fPIC", "-O1", "-o", library, source],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"], folder: folder)
        guard try compiler.waitForExit() == 0 else {
            throw ChildProcess.Failure(description: "clang: \(compiler.output)")
        }
        return library
    }
}
