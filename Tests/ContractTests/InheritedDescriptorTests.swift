import Contract
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
}
