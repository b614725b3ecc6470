internal import CLinux
package import Contract
import Glibc

/// How a child is started: what it runs, and everything that it is given.
package struct Launch {
    package var executable: Executable
    /// After the program's own name.
    package var arguments: [String]
    package var environment: [String: String]
    /// Become fd 3, 4, ... of the child, which has no others but the standard streams.
    package var descriptors: [Int32] = []
    /// Whether `LISTEN_PID` shall be the child's pid.
    package var namesItsPID = false

    package init(_ executable: Executable, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// Why there is no child.
    package enum Failure: Error, Equatable {
        case system(SystemError)
        /// This process has so many threads that it must not fork.
        case threads(Int)
    }

    /// fork and exec. The child dies with this process (PR_SET_PDEATHSIG).
    /// - Parameter threads: how many threads this process has.
    package func start(threads: Int? = Threads.count) throws(Failure) -> Child {
        if let threads, threads > 1 { throw .threads(threads) }
        var strings = CStrings()
        defer { strings.free() }
        let arguments = strings.array([executable.path] + arguments)
        // Ten digits are the longest pid, and the child writes its own over them.
        let placeholder = namesItsPID ? "\(Inheritance.listenPID)=0000000000" : nil
        var entries = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if let placeholder { entries.insert(placeholder, at: 0) }
        let environment = strings.array(entries)
        let listenPID = placeholder == nil ? nil : environment[0]?.advanced(by: Inheritance.listenPID.utf8.count + 1)
        let pid = descriptors.withUnsafeBufferPointer { descriptors in
            var spawn = brigade_spawn()
            spawn.executable = executable.descriptor
            spawn.keep_executable = executable.isScript ? 1 : 0
            spawn.arguments = UnsafePointer(arguments)
            spawn.environment = UnsafePointer(environment)
            spawn.listen_pid = listenPID
            spawn.descriptors = descriptors.baseAddress
            spawn.descriptor_count = Int32(descriptors.count)
            spawn.parent_death_signal = SIGKILL
            return brigade_spawn(&spawn)
        }
        guard pid > 0 else { throw .system(SystemError("starting \(executable.path)")) }
        do {
            return try Child(pid: pid)
        } catch {
            throw .system(error)
        }
    }
}

/// argv and envp, as C wants them.
private struct CStrings {
    private var arrays: [UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>] = []

    mutating func array(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let array = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        _ = array.initialize(from: texts.map { strdup($0) } + [nil])
        arrays.append(array)
        return array.baseAddress!
    }

    func free() {
        for array in arrays {
            for text in array { Glibc.free(text) }
            array.deallocate()
        }
    }
}
