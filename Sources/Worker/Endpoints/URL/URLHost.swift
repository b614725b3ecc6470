/// The host of a URL (URL Standard, section 3.5).
enum URLHost {
    /// The host of a URL of a scheme that the Standard knows: a domain, an IPv4 address, or an IPv6 address in brackets.
    static func normalised(_ host: ArraySlice<UInt8>) throws(WebURLError) -> [UInt8] {
        if host.first == UInt8(ascii: "[") { return try bracketed(host) }
        guard let domain = DomainName.ascii(PercentEncoding.decode(host)) else { throw WebURLError(.invalidDomainName) }
        guard !domain.isEmpty else { throw WebURLError(.emptyHost) }
        guard IPv4Address.isMeant(by: domain) else { return domain }
        guard let address = IPv4Address(domain) else { throw WebURLError(.invalidIPv4Address) }
        return Array(address.description.utf8)
    }

    /// The host of a URL of another scheme: kept as it is, when nothing in it could end a host.
    static func opaque(_ host: ArraySlice<UInt8>) throws(WebURLError) -> [UInt8] {
        if host.first == UInt8(ascii: "[") { return try bracketed(host) }
        guard !host.contains(where: { "\0 #/:<>?@[\\]^|".utf8.contains($0) }) else {
            throw WebURLError(.invalidDomainCharacter)
        }
        return Array(host)
    }

    private static func bracketed(_ host: ArraySlice<UInt8>) throws(WebURLError) -> [UInt8] {
        guard host.count >= 2, host.last == UInt8(ascii: "]"), let address = IPv6Address(host.dropFirst().dropLast())
        else {
            throw WebURLError(.invalidIPv6Address)
        }
        return Array("[\(address)]".utf8)
    }
}
