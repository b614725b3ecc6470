/// Whatever we read, NIO reads alike; what we refuse and NIO reads, we refuse for a reason that has a name.
enum Comparison {
    /// What is wrong with our reading of some bytes; nil when nothing is.
    static func difference(_ ours: Reading, _ nio: Reading, of bytes: [UInt8]) -> String? {
        for (index, request) in ours.requests.enumerated() {
            guard index < nio.requests.count else {
                guard case .rejected(let error) = nio.ending else { return "NIO waits where we have a request" }
                return Leniency(request, nio: error, in: bytes) == nil ? "NIO refuses what we read" : nil
            }
            guard request.isRead(alike: nio.requests[index]) else { return "NIO reads it otherwise" }
            // The connection ends here, whatever follows.
            if !request.isPersistent || request.asksForUpgrade { return nil }
        }
        switch ours.ending {
        case .waiting:
            return nio.requests.count > ours.requests.count ? "NIO has a request where we wait" : nil
        case .rejected(let reason):
            if case .rejected = nio.ending, nio.requests.count == ours.requests.count { return nil }
            return Strictness(rawValue: reason) == nil ? "NIO reads what we refuse for a reason without a name" : nil
        }
    }
}
