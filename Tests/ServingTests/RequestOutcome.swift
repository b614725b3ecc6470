import Messages

@testable import Serving

/// What the parser makes of bytes, in the words of `RequestCase`.
enum RequestOutcome {
    /// What it does not say of limits is the default.
    static let limits = RequestLimits(fieldLine: 8 << 10, body: 20)

    /// - Parameter pieces: of the bytes, in the order of their arrival.
    static func of(_ pieces: [ArraySlice<UInt8>]) -> String {
        var parser = RequestParser(limits: limits)
        var outcomes: [String] = []
        for piece in pieces {
            piece.withUnsafeBytes { parser.append($0) }
            while let outcome = parser.next(at: 0) {
                switch outcome {
                case .request(let request): outcomes.append(text(request))
                case .rejected(let rejection): outcomes.append("\(rejection.status.code) \(rejection.detail)")
                }
            }
        }
        if parser.progress != .idle { outcomes.append("waits") }
        return outcomes.joined(separator: " | ")
    }

    /// In pieces of one size.
    static func of(_ bytes: [UInt8], piece: Int = .max) -> String {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            pieces.append(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        return of(pieces)
    }

    /// In two pieces.
    static func of(_ bytes: [UInt8], cutAt index: Int) -> String {
        of([bytes[..<index], bytes[index...]])
    }

    private static func text(_ incoming: IncomingRequest) -> String {
        let request = Request(head: incoming.head)
        let name = incoming.head.authority.map { String(decoding: incoming.head.bytes[$0], as: UTF8.self) }
        var text = text(request, body: incoming.body, authority: name)
        if incoming.isHTTP10 { text += " (1.0)" }
        if !incoming.isPersistent { text += " closes" }
        return text
    }

    /// What an application sees of a request.
    static func text(_ request: Request, body: [UInt8], authority: String?) -> String {
        var text = "\(request.method) \(String(decoding: request.path, as: UTF8.self))"
        if let query = request.query { text += "?" + String(decoding: query, as: UTF8.self) }
        if !body.isEmpty { text += " " + String(decoding: body, as: UTF8.self) }
        if let authority, authority != "a" { text += " @\(authority)" }
        return text
    }
}
