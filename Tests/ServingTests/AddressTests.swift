import Contract
import Glibc
import TestSupport
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

    /// What the C library makes of it.
    private func reference(_ text: String) -> String? {
        for family in [AF_INET, AF_INET6] {
            var bytes = [UInt8](repeating: 0, count: 16)
            guard inet_pton(family, text, &bytes) == 1 else { continue }
            var written = [CChar](repeating: 0, count: 64)
            guard inet_ntop(family, bytes, &written, socklen_t(written.count)) != nil else { return nil }
            let result = String(decoding: written.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // One address, however it is named.
            let mapped = "::ffff:"
            return result.hasPrefix(mapped) && result.contains(".") ? String(result.dropFirst(mapped.count)) : result
        }
        return nil
    }

    /// Texts that are nearly addresses.
    @Test func anAddressIsReadAsTheCLibraryReadsIt() {
        var random = SeededGenerator(seed: 14)
        let pieces = [
            "0", "1", "f", "ffff", "12", "255", "256", "00", "db8", ":", "::", ".", "1.2.3.4", "::ffff:", "g",
        ]
        var known = 0
        for _ in 0..<200_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                text += pieces.randomElement(using: &random) ?? ""
                if Bool.random(using: &random) { text += ":" }
            }
            let expected = reference(text)
            if expected != nil { known += 1 }
            guard let address = IPAddress(text) else {
                #expect(expected == nil, "\(text)")
                continue
            }
            // The C library writes the last groups of some addresses in the manner of IPv4.
            #expect(expected.flatMap { IPAddress($0) } == address, "\(text)")
            #expect(reference(address.description).flatMap { IPAddress($0) } == address, "\(text)")
        }
        #expect(known > 1000)
    }
}
