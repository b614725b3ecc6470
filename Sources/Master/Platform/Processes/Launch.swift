internal import CLinux
internal import Contract
import Glibc
package import Linux
internal import SystemPackage

/// How to start a child: its program, and everything that it gets.
package struct Launch {
    package var executable: Executable
    /// After the program's own name.
    package var arguments: [String]
    /// Texts from `Environment` reach the child with the same bytes, also if they are not UTF-8.
    package var environment: [String: String]
    /// Become fd 3, 4, ... of the child. Apart from the standard streams it has no others.
    package var descriptors: [Int32] = []
    /// Whether to set `LISTEN_PID` to the pid of the child.
    package var setsListenPID = false
    /// User and groups of the child; nil for those of this process.
    package var credentials: Credentials?
    /// Whether the child leads its own process group.
    package var ownsGroup = false

    package init(_ executable: Executable, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// Why the child was not started.
    package enum Failure: Error, Equatable {
        case system(SystemError)
        /// This process has more than one thread, so it must not fork.
        case threads(Int)
    }

    /// fork and exec. The child dies with this process (PR_SET_PDEATHSIG).
    /// - Parameter threads: how many threads this process has.
    package func start(threads: Int? = CurrentProcess.threadCount) throws(Failure) -> Child {
        if let threads, threads > 1 { throw .threads(threads) }
        do {
            return try Child(started: try spawn(), ownsGroup: ownsGroup)
        } catch {
            throw .system(error)
        }
    }

    /// - Throws: the call that failed, with the path of the program.
    private func spawn() throws(SystemError) -> pid_t {
        var strings = CStrings()
        defer { strings.free() }
        let arguments = strings.array([executable.path] + arguments)
        // Ten digits are the longest pid, and the child writes its own over them.
        let placeholder = setsListenPID ? "\(WorkerEnvironment.listenPID)=0000000000" : nil
        var entries = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if let placeholder { entries.insert(placeholder, at: 0) }
        let environment = strings.array(entries)
        let listenPID =
            placeholder == nil ? nil : environment[0]?.advanced(by: WorkerEnvironment.listenPID.utf8.count + 1)
        var failed: UnsafePointer<CChar>?
        let pid = descriptors.withUnsafeBufferPointer { descriptors in
            (credentials?.groups ?? []).withUnsafeBufferPointer { groups in
                var spawn = brigade_spawn()
                spawn.executable = executable.descriptor
                spawn.keep_executable = executable.isScript ? 1 : 0
                spawn.arguments = UnsafePointer(arguments)
                spawn.environment = UnsafePointer(environment)
                spawn.listen_pid = listenPID
                spawn.descriptors = descriptors.baseAddress
                spawn.descriptor_count = Int32(descriptors.count)
                spawn.parent_death_signal = SIGKILL
                spawn.owns_group = ownsGroup ? 1 : 0
                if let credentials {
                    spawn.changes_credentials = 1
                    spawn.user = credentials.user
                    spawn.group = credentials.group
                    spawn.groups = groups.baseAddress
                    spawn.group_count = groups.count
                }
                return brigade_spawn(&spawn, &failed)
            }
        }
        guard pid < 0 else { return pid }
        let error = errno
        let call = failed.map { ": \(String(cString: $0))" } ?? ""
        throw SystemError("starting \(executable.path)\(call)", errno: Errno(rawValue: error))
    }
}

/// argv and envp for C.
struct CStrings {
    private var arrays: [UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>] = []

    typealias Array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Valid until `free`.
    mutating func array(_ texts: [String]) -> Array {
        let array = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        _ = array.initialize(from: texts.map { copy(Environment.bytes(of: $0)) } + [nil])
        arrays.append(array)
        return array.baseAddress!
    }

    private func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
        let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count + 1)
        _ = text.initialize(from: bytes.map { CChar(bitPattern: $0) } + [0])
        return text.baseAddress!
    }

    func free() {
        for array in arrays {
            for text in array { text?.deallocate() }
            array.deallocate()
        }
    }
}
