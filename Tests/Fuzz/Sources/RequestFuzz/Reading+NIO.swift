import NIOCore
import NIOEmbedded
import NIOHTTP1

extension Reading {
    /// As NIO's decoder reads, which is llhttp.
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
            // What came before the error is read all the same.
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
        // NIO leaves a tab after a value, which is not part of it (RFC 9110, section 5.5).
        fields = head.headers.map { field in
            let end = field.value.utf8.lastIndex { $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: " ") }
            return "\(field.name): " + (end.map { String(field.value[...$0]) } ?? "")
        }
        body = []
        isPersistent = head.isKeepAlive
    }
}
