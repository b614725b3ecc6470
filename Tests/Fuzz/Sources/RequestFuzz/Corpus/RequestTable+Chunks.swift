/// Chunked bodies (RFC 9112, section 7.1).
extension RequestTable {
    private static func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
    }

    private static let chunk20 = "14\r\n01234567890123456789\r\n"

    static let chunks: [RequestCase] =
        [
            "1", "01", "0000000000000000000000000000001", "1;a", "1;a=b", "1;a=\"b;c\"", "1;a;b;c", "1;\t a = b",
            "1;a ; b\t=\t\"\"", "1;a=\"\\\"\\\\\"", "1;a=\"\t\u{e4}\"", "1;!#$%&'*+-.^_`|~09=z",
        ].map {
            RequestCase("the chunk size \($0)", chunked("\($0)\r\nx\r\n0\r\n\r\n"), "POST / x")
        }
        + [
            "1;", "1; ", "1;;a", "1;a;", "1;a;;b", "1;a=", "1;a= ", "1;=b", "1;a=b=c", "1;a b", "1;a=b c", "1;a,b",
            "1;(a)",
            "1;a=\"", "1;a=\"b", "1;a=\"b\"c", "1;a=\"b\\\"", "1;a=b\"", "1;\"a\"", "1;a=\"\u{7f}\"", "1;\u{e4}",
            "1;a\t",
        ].map {
            RequestCase(
                "the chunk size \($0.debugDescription)", chunked("\($0)\r\nx\r\n0\r\n\r\n"),
                "400 Malformed chunk extension")
        }
        + ["0;", "0;;a", "0; a=\""].map {
            RequestCase(
                "the last chunk \($0.debugDescription)", chunked("\($0)\r\n\r\n"), "400 Malformed chunk extension")
        }
        + [
            "Content-Length: 0", "content-length: x", "TRANSFER-ENCODING: chunked", "Host: a", "Content-Encoding: gzip",
            "Content-Type: a/b", "Content-Range: bytes 0-0/1", "Authorization: Basic x", "Proxy-Authorization: x",
            "Cookie: a=b", "Trailer: X", "TE: x", "Connection: close", "Keep-Alive: x", "Upgrade: x",
            "Expect: 100-continue",
            "Max-Forwards: 1", "Forwarded: proto=https", "X-Forwarded-Proto: https", "X-Forwarded-For: a", "Via: a",
            "Origin: http://a", "Range: bytes=0-", "If-Match: *", "Cache-Control: no-store",
        ].map {
            RequestCase("the trailer \($0)", chunked("0\r\nX: y\r\n\($0)\r\n\r\n"), "400 Forbidden trailer field")
        }
        + ["Content-MD5: x", "Digest: x", "Host-: a", "X-Host: a", "ETag: x", "Server-Timing: x"].map {
            RequestCase("the trailer \($0)", chunked("0\r\n\($0)\r\n\r\n"), "POST /")
        }
        + [" 1", "1 ", "\t1", "1\t", "-1", "1x", "0x1", "1.0", "1,", "0X1", "1\0", "\u{661}", ";", ";a", "=1", "1 ;a"]
        .map {
            RequestCase(
                "the chunk size \($0.debugDescription)", chunked("\($0)\r\nx\r\n0\r\n\r\n"), "400 Malformed chunk size")
        }
        + [
            "15", "80000000", "100000000", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff",
            "10000000000000001",
        ].map {
            RequestCase("the chunk size \($0)", chunked("\($0)\r\nx\r\n0\r\n\r\n"), "413 Content too large")
        }
        + [
            RequestCase("the largest chunk", chunked("\(chunk20)0\r\n\r\n"), "POST / 01234567890123456789"),
            RequestCase("a byte more", chunked("\(chunk20)1\r\n"), "413 Content too large"),
            RequestCase(
                "chunks of one byte", chunked(String(repeating: "1\r\nx\r\n", count: 20) + "0\r\n\r\n"),
                "POST / \(String(repeating: "x", count: 20))"),
            RequestCase(
                "digits in both cases", chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
                "POST / 01234567890123456789"),
            RequestCase("a last chunk of many zeros", chunked("0000\r\n\r\n"), "POST /"),
            RequestCase("a last chunk with an extension", chunked("0;x=y\r\n\r\n"), "POST /"),
            RequestCase(
                "a request after chunks", chunked("1\r\nx\r\n0\r\n\r\n" + chunked("0\r\n\r\n")), "POST / x | POST /"),
            RequestCase(
                "an empty line after chunks", chunked("0\r\n\r\n\r\n" + chunked("0\r\n\r\n")), "POST / | POST /"),
            RequestCase("chunks that are not whole", chunked("2\r\nx"), "waits"),
            RequestCase("a chunk without its end", chunked("1\r\nx"), "waits"),
            RequestCase("chunks without the last", chunked("1\r\nx\r\n"), "waits"),
            RequestCase("chunks without the end of the trailers", chunked("0\r\n"), "waits"),
            RequestCase("no line end after a chunk", chunked("1\r\nx0\r\n\r\n"), "400 Chunk longer than its size"),
            RequestCase(
                "a chunk shorter than its size", chunked("3\r\nx\r\n0\r\n\r\n"), "400 Chunk longer than its size"),
            RequestCase("two carriage returns after a size", chunked("1\r\r\nx\r\n"), "400 Malformed chunk size"),
            RequestCase("a carriage return alone after a size", chunked("1\rx\r\n"), "400 Malformed chunk size"),
            RequestCase(
                "a carriage return alone after a chunk", chunked("1\r\nx\r0\r\n\r\n"), "400 Chunk longer than its size"),
            RequestCase("a line feed alone after the trailers", chunked("0\r\n\n"), "400 Line feed alone"),
            RequestCase("a line feed alone in an extension", chunked("1;a\nb\r\n"), "400 Line feed alone"),
            RequestCase(
                "too many extensions",
                chunked(String(repeating: "1;\(String(repeating: "a", count: 1000))\r\nx\r\n", count: 17)),
                "400 Too many chunk extensions"),
            RequestCase(
                "an endless size", chunked(String(repeating: "0", count: 2000)), "400 Chunk size line too long"),
            RequestCase("a folded trailer", chunked("0\r\nX: y\r\n z\r\n\r\n"), "400 Malformed header field name"),
            RequestCase(
                "a space before a trailer's colon", chunked("0\r\nX : y\r\n\r\n"), "400 Malformed header field name"),
            RequestCase(
                "a control character in a trailer", chunked("0\r\nX: \0\r\n\r\n"), "400 Malformed header field value"),
            RequestCase("a line feed alone in the trailers", chunked("0\r\nX: y\n\r\n"), "400 Line feed alone"),
            RequestCase(
                "the most trailers", chunked("0\r\n" + String(repeating: "X: y\r\n", count: 100) + "\r\n"), "POST /"),
        ]
}
