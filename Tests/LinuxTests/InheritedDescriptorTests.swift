import Contract
import Glibc
import Linux
import Testing

@Suite struct InheritedDescriptorTests {
    @Test func aDescriptorThatCannotBeWrittenToIsRejectedWithTheReason() throws {
        func reason(_ number: Int32) -> String? {
            do {
                try InheritedDescriptor(number).validate()
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
        #expect(reason(own)?.contains("was started without a descriptor \(own)") == true)
        #expect(reason(9999)?.contains("was started without a descriptor 9999") == true)
        #expect(reason(reader)?.contains("for reading only") == true)
        #expect(reason(listener)?.contains("is a listening socket") == true)
    }
}
