import Contract
import Linux
import Glibc
import Platform

extension Plan {
    /// Whom the workers run as; nil when it is whoever runs this.
    func credentials() throws(StartError) -> Credentials? {
        do {
            return try Credentials.find(user: settings.user, group: settings.group)
        } catch {
            throw StartError(.usage, "\(error.flags.map(assignment).joined(separator: " and ")): \(error)")
        }
    }

    /// Makes the error log stderr, where there is one.
    /// - Returns: what was stderr before.
    func openErrorLog() throws(StartError) -> Int32? {
        guard let path = settings.errorLog else { return nil }
        let owner = try credentials()?.user
        if let descriptor = InheritedDescriptor(path: path) { try examine(descriptor, of: "error-log") }
        do {
            let before = try check("fcntl") { fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
            try LogOutput.redirect(to: path, owner: owner)
            return before
        } catch {
            throw StartError(
                .usage,
                "\(assignment(of: "error-log")): \(path) cannot be opened (\(error)); let this user write to it, or choose "
                    + "another")
        }
    }

    /// Goes to the folder that relative paths are seen from, the env file's own path too.
    static func enterFolder(flags: [String: [String]], environment: [String: String]) throws(StartError) {
        let folder: (path: String, assignment: String)?
        do {
            folder = try Resolution.folder(flags: flags, environment: environment)
        } catch {
            throw StartError(.usage, "\(error)")
        }
        guard let folder, chdir(folder.path) != 0 else { return }
        throw StartError(
            .usage,
            "\(folder.assignment): the folder \(folder.path) cannot be entered (\(String(cString: strerror(errno)))); make "
                + "it, or name another")
    }

    func setUmask() {
        if let mask = settings.umask { Umask.set(mask) }
    }
}
