import Messages

@testable import Serving

extension Reading {
    /// Small, so that inputs of a few hundred bytes come to every one of them.
    static let limits = RequestLimits(
        requestLine: 200, fieldLine: 120, fieldLines: 12, head: 600, chunkLine: 40, chunkExtensions: 60, body: 300)

    /// As our own parser reads.
    init(serving pieces: [ArraySlice<UInt8>]) {
        var parser = RequestParser(limits: Self.limits)
        for piece in pieces {
            piece.withUnsafeBytes { parser.append($0) }
            while let outcome = parser.next(at: 0) {
                switch outcome {
                case .request(let request): requests.append(ReadRequest(request))
                case .rejected(let rejection): ending = .rejected("\(rejection.status.code) \(rejection.detail)")
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
        // What an application sees of the target is its end.
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
