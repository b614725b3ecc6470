// What a connection holds, of the memory that all of them share.
extension Connection {
    /// Bytes: of requests that have not come to their end or are not answered, and of answers that wait for the client.
    @inline(__always) var held: Int {
        output.count + exchanges.bytes + parser.held + (parked?.body.count ?? 0)
    }

    /// Bytes of a request whose content is coming in, once they are more than any connection may have; nil before.
    @inline(__always) var gathered: Int? {
        let held = parser.held
        return held > Self.mostUnread && parser.progress == .body && !parser.isStreaming ? held : nil
    }

    /// Whether more of a request has come than there is memory for.
    @inline(__always) var isHeldBack: Bool { waits.memorySince != nil }

    /// There is no memory for what the client has sent: it is not read, and the client is not to blame for that.
    mutating func holdBack(at now: UInt64) {
        guard waits.memorySince == nil else { return }
        waits.memorySince = now
        waits.body.pause(at: now)
    }

    /// There is memory again.
    mutating func readOn(at now: UInt64) {
        guard waits.memorySince.take() != nil else { return }
        waits.body.resume(at: now)
    }
}
