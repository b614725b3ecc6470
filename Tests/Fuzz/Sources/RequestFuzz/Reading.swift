import Messages
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Serving

/// What a parser made of the input.
struct Reading: Equatable {
    enum Ending: Equatable {
        /// It waits for more bytes.
        case waiting
        /// It has stopped, with this error.
        case rejected(String)
    }

    var requests: [ReadRequest] = []
    var ending = Ending.waiting
}

/// A complete request, in a form that both parsers can produce.
struct ReadRequest: Equatable {
    var method: String
    var target: String
    var major: Int
    var minor: Int
    /// `name: value`, without the white space around the value.
    var fields: [String]
    var body: [UInt8]
    var isPersistent: Bool

    /// Whether the other parser has read the same request. It may keep a connection open that we close, but not vice versa.
    func isEqual(to other: ReadRequest) -> Bool {
        var own = self
        own.isPersistent = isPersistent || other.isPersistent
        return own == other
    }

    func has(_ field: String) -> Bool {
        fields.contains { $0.lowercased().hasPrefix(field + ":") }
    }

    /// NIO stops parsing after an upgrade; we never upgrade (RFC 9110, section 7.8).
    var asksForUpgrade: Bool {
        has("upgrade")
            && fields.contains { $0.lowercased().hasPrefix("connection:") && $0.lowercased().contains("upgrade") }
    }
}

extension Reading {
    /// Small, so that inputs of a few hundred bytes can reach every limit.
    static let limits = RequestLimits(
        requestLine: 200, fieldLine: 120, fieldLines: 12, head: 600, chunkLine: 40, chunkExtensions: 60, body: 300)

    /// By our parser.
    init(serving pieces: [ArraySlice<UInt8>]) {
        var parser = RequestParser(limits: Self.limits)
        for piece in pieces {
            piece.withUnsafeBytes { parser.append($0) }
            while let outcome = parser.next(at: 0) {
                switch outcome {
                case .request(let request): requests.append(ReadRequest(request))
                case .rejected(let refusal): ending = .rejected("\(refusal.status.code) \(refusal.detail)")
                }
            }
        }
    }
}

extension ReadRequest {
    fileprivate init(_ incoming: IncomingRequest) {
        let bytes = incoming.head.bytes
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") }.split(separator: UInt8(ascii: " "))
        precondition(line.count == 3 && line[2].count == 8, "a request line has three parts")
        let request = Request(head: incoming.head)
        let isOfServer = request.method == .options && request.path.elementsEqual("*".utf8)
        precondition(request.path.first == UInt8(ascii: "/") || isOfServer, "a path begins with a slash")
        precondition(request.method.rawValue.utf8.elementsEqual(line[0]))
        precondition(line[2].last == UInt8(ascii: "0") || !incoming.isHTTP10)
        // Path and query are the end of the target.
        var seen = request.path + (request.query.map { [UInt8(ascii: "?")] + $0 } ?? [])
        if !line[1].suffix(seen.count).elementsEqual(seen) { seen = seen.dropFirst() }
        precondition(line[1].suffix(seen.count).elementsEqual(seen), "path and query are slices of the target")
        method = request.method.rawValue
        target = String(decoding: line[1], as: UTF8.self)
        major = Int(line[2][line[2].startIndex + 5]) - 48
        minor = Int(line[2][line[2].startIndex + 7]) - 48
        fields = incoming.head.fields.map { field in
            let (name, value) = (bytes[field.name], bytes[field.value])
            return String(decoding: name, as: UTF8.self) + ": " + String(decoding: value, as: UTF8.self)
        }
        body = incoming.body
        isPersistent = incoming.isPersistent
    }
}

extension Reading {
    /// By NIO's decoder (llhttp).
    init(nio pieces: [ArraySlice<UInt8>]) {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var open: ReadRequest?
        do {
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
            for piece in pieces {
                try channel.writeInbound(ByteBuffer(bytes: piece))
                take(from: channel, &open)
            }
        } catch {
            // Requests before the error count.
            take(from: channel, &open)
            ending = .rejected("\(error)")
        }
    }

    private mutating func take(from channel: EmbeddedChannel, _ open: inout ReadRequest?) {
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head): open = ReadRequest(head)
            case .body(let bytes): open?.body.append(contentsOf: bytes.readableBytesView)
            case .end:
                if let request = open.take() { requests.append(request) }
            }
        }
    }
}

extension ReadRequest {
    fileprivate init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        target = head.uri
        major = head.version.major
        minor = head.version.minor
        // NIO keeps a tab after a value, which is not part of it (RFC 9110, section 5.5).
        fields = head.headers.map { field in
            let end = field.value.utf8.lastIndex { $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: " ") }
            return "\(field.name): " + (end.map { String(field.value[...$0]) } ?? "")
        }
        body = []
        isPersistent = head.isKeepAlive
    }
}
