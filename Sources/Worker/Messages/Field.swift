/// A field of a response's header section.
///
/// It holds its line as it goes out, so that one that is made once costs an answer no more than a copy.
public struct Field: Hashable, Sendable, CustomStringConvertible {
    private enum Kind {
        case sendable, unsendable, serversOwn
    }

    private let bytes: [UInt8]
    private let nameCount: Int
    private let kind: Kind

    /// In lower case.
    public var name: String { String(decoding: bytes[..<nameCount], as: UTF8.self) }
    /// Without white space around it.
    public var value: String { String(decoding: bytes[(nameCount + 2)..<(bytes.count - 2)], as: UTF8.self) }

    /// - Parameter name: in any case; it is sent in lower case.
    ///
    /// The value must be free of CR, LF and NUL; the server refuses to send others.
    public init(_ name: String, _ value: String) {
        let name = name.lowercased()
        bytes = Array("\(name): \(value)\r\n".utf8)
        nameCount = name.utf8.count
        let isSendable = !name.isEmpty && name.utf8.allSatisfy(Token.holds) && value.isFreeOfLineEnds
        kind = !isSendable ? .unsendable : Field.isServersOwn(name) ? .serversOwn : .sendable
    }

    /// `name: value`
    public var description: String { "\(name): \(value)" }

    /// The line with its CRLF; empty for a field that the server writes itself, nil for one that would break out of its
    /// line.
    package var line: [UInt8]? {
        switch kind {
        case .sendable: bytes
        case .serversOwn: []
        case .unsendable: nil
        }
    }

    private static func isServersOwn(_ name: String) -> Bool {
        switch name {
        case "date", "connection", "content-length", "transfer-encoding": true
        default: false
        }
    }
}

extension String {
    /// Whether it can stand in a line without ending it; NUL counts, because there are readers that end there.
    var isFreeOfLineEnds: Bool {
        utf8.allSatisfy { $0 != 0x0d && $0 != 0x0a && $0 != 0 }
    }
}
