import Foundation

/// A program in a folder of its own, which a deployment replaces while it runs.
struct Deployment {
    /// What a deployment can leave at the program's path.
    enum Wreck: CaseIterable {
        case gone, halfWritten
        /// It can be run, and does nothing but fail.
        case failing
        case notExecutable
    }

    let path: String
    private let original: String

    /// A copy of the program.
    init(of program: String, as path: String) throws {
        self.path = path
        original = program
        try restore()
    }

    func restore() throws {
        try place(try Data(contentsOf: URL(filePath: original)), mode: 0o755)
    }

    func wreck(_ wreck: Wreck) throws {
        switch wreck {
        case .gone: try FileManager.default.removeItem(atPath: path)
        case .halfWritten:
            // Half of the file could be all of its code, without what a debugger wants.
            try place(try Data(contentsOf: URL(filePath: original)).prefix(1 << 16), mode: 0o755)
        case .failing: try place(Data("#!/bin/sh\nexit 9\n".utf8), mode: 0o755)
        case .notExecutable: try place(Data(contentsOf: URL(filePath: original)), mode: 0o644)
        }
    }

    /// As installers do: a new file, renamed over the old one.
    ///
    /// Another process writes it. A descriptor of this one would be in every child that other tests start meanwhile, and
    /// a program that somebody can write to is not run (ETXTBSY of execve(2)).
    private func place(_ data: Data, mode: mode_t) throws {
        let (source, new) = (path + ".source", path + ".new")
        try data.write(to: URL(filePath: source))
        defer { unlink(source) }
        let copy = try ChildProcess("/bin/cp", [source, new], environment: [:], folder: "/")
        guard try copy.waitForExit() == 0 else { throw ChildProcess.Failure(description: copy.output) }
        guard chmod(new, mode) == 0, rename(new, path) == 0 else {
            throw ChildProcess.Failure(description: "\(path): \(errno)")
        }
    }
}
