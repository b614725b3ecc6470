import Contract
import Glibc
import SystemPackage

/// A new directory, and the files in it.
struct PackageFolder {
    let path: String

    /// - Throws: if the name exists; then nothing is changed.
    init(creating path: String) throws(StartError) {
        self.path = path
        guard mkdir(path, 0o777) == 0 else {
            let error = errno
            let what = error == EEXIST ? "it exists already; nothing was written" : Errno(rawValue: error).description
            throw StartError(.usage, "cannot create \(path): \(what)")
        }
    }

    /// Writes a file, and creates the directories above it.
    func write(_ text: String, to name: String) throws(StartError) {
        let file = "\(path)/\(name)"
        for slash in file.indices where file[slash] == "/" && slash > file.startIndex {
            if mkdir(String(file[..<slash]), 0o777) != 0, errno != EEXIST { throw failure(file) }
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let error = failure(file)
                close(descriptor)
                throw error
            }
            rest = rest.dropFirst(count)
        }
        guard close(descriptor) == 0 else { throw failure(file) }
    }

    private func failure(_ file: String) -> StartError {
        StartError(
            .usage, "cannot write \(file): \(Errno(rawValue: errno)); remove \(path) before you try again")
    }
}
