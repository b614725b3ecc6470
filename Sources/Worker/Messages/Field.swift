/// A field of a response's header section.
///
/// It holds its line as it is sent, so that a field that is made once can be reused at the cost of a copy.
public struct Field: Hashable, Sendable, CustomStringConvertible {
    private enum Kind {
        case valid
        /// The value or the name would break out of its line.
        case invalid
        /// Only the server writes it, such as `date`.
        case reserved
    }

    private let bytes: [UInt8]
    private let nameCount: Int
    private let kind: Kind

    /// In lower case.
    public var name: String { String(decoding: bytes[..<nameCount], as: UTF8.self) }
    /// As given to the initializer.
    public var value: String { String(decoding: bytes[(nameCount + 2)..<(bytes.count - 2)], as: UTF8.self) }

    /// The value must not contain CR, LF or NUL; the server does not send such a field, and answers with a 500.
    /// - Parameter name: in any case; it is sent in lower case.
    public init(_ name: String, _ value: String) {
        let name = name.lowercased()
        bytes = Array("\(name): \(value)\r\n".utf8)
        nameCount = name.utf8.count
        let isValid = !name.isEmpty && name.utf8.allSatisfy(TokenCharacters.contains) && value.isFreeOfLineEnds
        kind = !isValid ? .invalid : Field.isReserved(name) ? .reserved : .valid
    }

    /// `name: value`
    public var description: String { "\(name): \(value)" }

    /// The line with its CRLF; empty for a field that only the server writes, nil for an invalid one.
    package var line: [UInt8]? {
        switch kind {
        case .valid: bytes
        case .reserved: []
        case .invalid: nil
        }
    }

    private static func isReserved(_ name: String) -> Bool {
        switch name {
        case "date", "connection", "content-length", "transfer-encoding": true
        default: false
        }
    }
}

extension String {
    /// Whether it contains no CR or LF, and no NUL, at which some recipients end a line.
    var isFreeOfLineEnds: Bool {
        utf8.allSatisfy { $0 != 0x0d && $0 != 0x0a && $0 != 0 }
    }
}

// Public, because the compiler does not inline a `package` function into the parser.
/// The characters of a token: tchar of RFC 9110, section 5.6.2.
public enum TokenCharacters {
    // One bit for each of the bytes 0 to 63, and 64 to 127: letters, digits and !#$%&'*+-.^_`|~
    @usableFromInline static let low: UInt64 = 0x03ff_6cfa_0000_0000
    @usableFromInline static let high: UInt64 = 0x57ff_ffff_c7ff_fffe

    /// Whether a token may contain the byte.
    @inlinable @inline(__always) public static func contains(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        let bits = byte < 64 ? low : high
        return bits >> UInt64(byte & 63) & 1 == 1
    }
}
