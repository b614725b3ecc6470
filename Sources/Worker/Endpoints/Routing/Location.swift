internal import Messages

/// The absolute address of another path on the same server.
enum Location {
    /// - Parameter path: decoded. The query is the request's own.
    static func text(_ request: Request, path: [UInt8]) -> String {
        var text = "\(request.connection.scheme)://" + encode(Array(request.authority.utf8)[...], keeping: inAuthority)
        text += encode(Array(String(decoding: path, as: UTF8.self).utf8)[...], keeping: inPath, isDecoded: true)
        if let query = request.query, !query.isEmpty {
            text += "?" + encode(query, keeping: inQuery)
        }
        return text
    }

    private static let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
    private static let inAuthority = unreserved.union(":[]".utf8)
    private static let inPath = unreserved.union(":/=@[]!$&'()*+,;".utf8)
    private static let inQuery = inPath.union("%#?".utf8)

    /// - Parameter isDecoded: a percent sign means itself. It is kept only where no one can take it for an escape.
    private static func encode(
        _ bytes: ArraySlice<UInt8>, keeping kept: Set<UInt8>, isDecoded: Bool = false
    ) -> String {
        var encoded = [UInt8]()
        for (index, byte) in zip(bytes.indices, bytes) {
            let isHarmless = isDecoded && byte == UInt8(ascii: "%") && !isEscape(bytes[index...])
            if kept.contains(byte) || isHarmless {
                encoded.append(byte)
            } else {
                encoded += "%".utf8
                encoded += String(byte >> 4, radix: 16, uppercase: true).utf8
                encoded += String(byte & 15, radix: 16, uppercase: true).utf8
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func isEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst().prefix(2)
        return digits.count == 2 && digits.allSatisfy { $0.hexadecimalValue != nil }
    }
}
