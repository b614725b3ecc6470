import Contract
import Linux
import Glibc
import Platform

extension Plan {
    /// Whether what the settings name can be there: sockets, files, the user and the group.
    /// - Returns: the addresses on which somebody listens now.
    func checkPlaces() throws(StartError) -> [BindAddress] {
        let taken = try checkBinds()
        if let pidfile = settings.pidfile { try checkPidfile(pidfile) }
        try checkDescriptors()
        if case .file(let path) = settings.accessLog { try checkAccessLog(path) }
        if let errorLog = settings.errorLog, InheritedDescriptor(path: errorLog) == nil {
            try checkFile(errorLog, of: "error-log")
        }
        _ = try credentials()
        return taken
    }

    /// Whether the descriptors that logs are to be written to are there.
    func checkDescriptors() throws(StartError) {
        if case .descriptor(let descriptor) = settings.accessLog { try examine(descriptor, of: "access-log") }
        if let descriptor = settings.errorLog.flatMap(InheritedDescriptor.init(path:)) {
            try examine(descriptor, of: "error-log")
        }
    }

    func examine(_ descriptor: InheritedDescriptor, of flag: String) throws(StartError) {
        do {
            try descriptor.examine()
        } catch {
            throw StartError(
                .usage,
                "\(assignment(of: flag)): \(descriptor) cannot be written to: \(error); give the path of a file")
        }
    }

    private func checkPidfile(_ path: String) throws(StartError) {
        try checkFile(path, of: "pidfile")
        do {
            try Pidfile.examine(path)
        } catch {
            throw StartError(.usage, "\(assignment(of: "pidfile")): \(error)")
        }
    }

    /// Whether the file can be written, or be made. Right to search and to write are all that its folder must give.
    func checkFile(_ path: String, of flag: String) throws(StartError) {
        var information = stat()
        if stat(path, &information) == 0 {
            guard information.st_mode & S_IFMT != S_IFDIR else {
                throw StartError(.usage, "\(assignment(of: flag)): \(path) is a folder; give the path of a file")
            }
            guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else {
                let reason = Self.reason
                throw StartError(
                    .usage, "\(assignment(of: flag)): \(path) cannot be written (\(reason)); let this user write to it")
            }
            return
        }
        let (folder, _) = FilePath.split(path)
        guard stat(folder, &information) == 0, faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 else {
            let reason = Self.reason
            throw StartError(
                .usage,
                "\(assignment(of: flag)): the folder \(folder) cannot be used (\(reason)); make it and let this user "
                    + "write to it")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
