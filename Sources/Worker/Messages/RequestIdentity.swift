/// By what a request is known in logs, in responses to failures, and to the programs that it calls.
package struct RequestIdentity: Hashable, Sendable {
    /// What a client or a proxy has sent.
    package final class Given: Hashable, Sendable {
        /// Of a trusted proxy: well-formed.
        package let id: String?
        package let trace: TraceContext?

        package init(id: String?, trace: TraceContext?) {
            self.id = id
            self.trace = trace
        }

        package static func == (one: Given, other: Given) -> Bool { one.id == other.id && one.trace == other.trace }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(id)
            hasher.combine(trace)
        }
    }

    /// Made by the server. Of the requests of one process no two have the same.
    package let number: UInt64
    /// An object, because most requests bring nothing.
    package let given: Given?

    package init(number: UInt64, given: Given? = nil) {
        self.number = number
        self.given = given
    }

    /// `x-request-id` if a trusted proxy has sent it, else 16 hexadecimal digits.
    package var id: String {
        if let id = given?.id { return id }
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// What the fields of a head say.
    /// - Parameter isTrusted: whether the peer is a trusted proxy, whose id is taken.
    package init(number: UInt64, head: RequestHead, isTrusted: Bool) {
        let id = isTrusted ? head.onlyValue(of: "x-request-id").flatMap { Self.wellFormed(head.bytes[$0]) } : nil
        let trace = head.onlyValue(of: "traceparent").flatMap { TraceContext(traceParent: head.bytes[$0]) }
        self.init(number: number, given: id == nil && trace == nil ? nil : Given(id: id, trace: trace))
    }

    /// An id of a proxy goes into logs and responses: visible ASCII, no quotation mark or backslash, at most 128 bytes.
    private static func wellFormed(_ id: ArraySlice<UInt8>) -> String? {
        let isWellFormed =
            (1...longestID).contains(id.count)
            && id.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        return isWellFormed ? String(decoding: id, as: UTF8.self) : nil
    }

    private static let longestID = 128
}

extension RequestHead {
    /// The value of the field line with that name; nil when there is none, or more than one.
    fileprivate func onlyValue(of name: String) -> Range<Int>? {
        var found: Range<Int>?
        for field in fields where isName(field.name, name) {
            if found != nil { return nil }
            found = field.value
        }
        return found
    }
}

/// Numbers that look random, each once, from a start that is random (SplitMix64).
package struct RequestNumbers: Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    @inline(__always) package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }
}

/// The trace that a request belongs to, as its `traceparent` field says (W3C Trace Context, section 3.2).
public struct TraceContext: Hashable, Sendable {
    /// 32 lower-case hexadecimal digits, not all 0: the same for all requests of the trace.
    public let traceID: String
    /// 16 lower-case hexadecimal digits, not all 0: the caller's span.
    public let parentID: String
    /// Whether the caller records the trace.
    public let isSampled: Bool

    /// Nil if the value is not well-formed. Of a later version, what follows the flags is not read.
    /// - Parameter value: of the field.
    public init?(traceParent value: some Collection<UInt8>) {
        let bytes = Array(value)
        let dash = UInt8(ascii: "-")
        func isHexadecimal(_ range: Range<Int>) -> Bool {
            bytes[range].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        func isZero(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy { $0 == 0x30 } }
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            isHexadecimal(0..<2), isHexadecimal(3..<35), isHexadecimal(36..<52), isHexadecimal(53..<55),
            !isZero(3..<35), !isZero(36..<52)
        else { return nil }
        let version = bytes[..<2]
        guard !version.elementsEqual("ff".utf8) else { return nil }
        guard bytes.count == 55 || !isZero(0..<2) && bytes[55] == dash else { return nil }
        traceID = String(decoding: bytes[3..<35], as: UTF8.self)
        parentID = String(decoding: bytes[36..<52], as: UTF8.self)
        let lastDigit = bytes[54]
        isSampled = (lastDigit <= 0x39 ? lastDigit - 0x30 : lastDigit - 0x61 + 10) & 1 == 1
    }

    /// The field's value, for a request to another server that belongs to the same trace.
    public var traceParent: String { "00-\(traceID)-\(parentID)-\(isSampled ? "01" : "00")" }

    /// The trace's id as two numbers.
    package var words: (UInt64, UInt64) {
        (UInt64(traceID.prefix(16), radix: 16) ?? 0, UInt64(traceID.suffix(16), radix: 16) ?? 0)
    }
}
