import Glibc
import Testing

@testable import Serving

@Suite struct AddressTests {
    private func address(_ text: String) throws -> SocketAddress {
        var storage = sockaddr_storage()
        let family = text.contains(":") ? AF_INET6 : AF_INET
        storage.ss_family = sa_family_t(family)
        let offset = try #require(
            family == AF_INET6
                ? MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) : MemoryLayout<sockaddr_in>.offset(of: \.sin_addr))
        let result = withUnsafeMutableBytes(of: &storage) { inet_pton(family, text, $0.baseAddress! + offset) }
        try #require(result == 1)
        return SocketAddress(storage)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ("0.0.0.1", "::1", false),
    ])
    func aClientIsAnAddressOrTheFirstHalfOfOne(one: String, other: String, isSame: Bool) throws {
        #expect(try (address(one).network == address(other).network) == isSame)
    }

    @Test func rejectedConnectionsAreReportedOncePerInterval() {
        var reports = AddressLimitReports()
        let interval = AddressLimitReports.interval
        let said = [5, 6, 7, 5 + interval, 6 + interval].map { reports.connectionRejected(at: $0) }
        #expect(said == [1, nil, nil, 3, nil])
    }
}
