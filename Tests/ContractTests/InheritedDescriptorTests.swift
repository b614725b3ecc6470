import Contract
import Linux
import Glibc
import Testing

@Suite struct InheritedDescriptorTests {
    @Test(arguments: [
        ("/dev/stdin", 0), ("/dev/stdout", 1), ("/dev/stderr", 2), ("/dev/fd/0", 0), ("/dev/fd/17", 17),
        ("/proc/self/fd/1", 1), ("/proc/thread-self/fd/9", 9),
    ])
    func aPathThatMeansADescriptorIsOne(path: String, number: Int32) throws {
        #expect(InheritedDescriptor(path: path)?.number == number)
        let settings = try Settings.resolved(flags: ["access-log": [path]], environment: [:])
        #expect(settings.accessLog == .descriptor(InheritedDescriptor(number)))
        #expect(settings.accessLog.description == (number == 1 ? "-" : "/dev/fd/\(number)"))
        #expect(
            try Settings.resolved(flags: ["error-log": [path]], environment: [:]).errorLog == (number == 2 ? nil : path)
        )
    }

    @Test(arguments: [
        "/dev/fd/", "/dev/fd/x", "/dev/fd/-1", "/dev/fd/01", "/dev/fd/1/x", "/dev/fd/99999999999", "/dev/stdoutx",
        "dev/stdout", "/proc/1/fd/1", "/var/log/access.log",
    ])
    func anyOtherPathIsAFiles(path: String) {
        #expect(InheritedDescriptor(path: path) == nil)
    }

    @Test func whatCannotBeWrittenToIsSaid() throws {
        func reason(_ number: Int32) -> String? {
            do {
                try InheritedDescriptor(number).examine()
                return nil
            } catch {
                return "\(error)"
            }
        }
        let writer = open("/dev/null", O_WRONLY)
        let own = open("/dev/null", O_WRONLY | O_CLOEXEC)
        let reader = open("/dev/null", O_RDONLY)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        // The family alone: the kernel chooses an abstract name.
        let bound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, 2) }
        }
        #expect(bound == 0 && listen(listener, 1) == 0)
        defer { for number in [writer, own, reader, listener] { close(number) } }
        #expect(reason(writer) == nil)
        #expect(reason(own)?.contains("has given it no descriptor \(own)") == true)
        #expect(reason(9999)?.contains("has given it no descriptor 9999") == true)
        #expect(reason(reader)?.contains("for reading only") == true)
        #expect(reason(listener)?.contains("is a listening socket") == true)
    }
}
