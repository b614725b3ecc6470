/// What a parser made of some bytes.
struct Reading: Equatable {
    enum Ending: Equatable {
        /// It waits for more, in the middle of a request or between two.
        case waiting
        /// It reads no further, and says why.
        case rejected(String)
    }

    var requests: [ReadRequest] = []
    var ending = Ending.waiting
}

/// A request, whole, in the words that both parsers know.
struct ReadRequest: Equatable {
    var method: String
    var target: String
    var major: Int
    var minor: Int
    /// Names as they came, and values without the white space around them.
    var fields: [String]
    var body: [UInt8]
    var isPersistent: Bool

    /// Whether another parser has read the same. It may keep a connection that we close; not the other way.
    func isRead(alike other: ReadRequest) -> Bool {
        var own = self
        own.isPersistent = isPersistent || other.isPersistent
        return own == other
    }

    func has(_ field: String) -> Bool {
        fields.contains { $0.lowercased().hasPrefix(field + ":") }
    }

    /// NIO hands what follows an upgrade to somebody else; we never do (RFC 9110, section 7.8).
    var asksForUpgrade: Bool {
        has("upgrade")
            && fields.contains { $0.lowercased().hasPrefix("connection:") && $0.lowercased().contains("upgrade") }
    }
}
