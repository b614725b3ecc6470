/// Where a body ends (RFC 9112, section 6.3): what two servers in a row could read in two ways is a way to smuggle a
/// request past the first of them.
extension RequestTable {
    private static func post(_ fields: String, _ rest: String = "", version: String = "1.1") -> String {
        "POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n\(rest)"
    }

    static let lengths: [RequestCase] =
        [
            "1 1", "1,", ",1", "1;", "1.0", "1e0", "-0", "+0", "1_0", "\"1\"", "one", "0b1", "1h", "00", "01", "010",
            "\u{661}", "1\u{a0}",
        ].map {
            RequestCase("the length \($0)", post("Content-Length: \($0)\r\n", "a"), "400 Malformed Content-Length")
        }
        + ["21", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551617"].map {
            RequestCase("the length \($0)", post("Content-Length: \($0)\r\n", "a"), "413 Content too large")
        }
        + [
            RequestCase("a length without a space", post("Content-Length:3\r\n", "abc"), "POST / abc"),
            RequestCase("a length among tabs", post("Content-Length:\t3\t\r\n", "abc"), "POST / abc"),
            RequestCase("a length in another case", post("CONTENT-LENGTH: 3\r\n", "abc"), "POST / abc"),
            RequestCase(
                "a length of many zeros", post("Content-Length: \(String(repeating: "0", count: 99))3\r\n", "abc"),
                "400 Malformed Content-Length"),
            RequestCase(
                "a length in HTTP/1.0", post("Content-Length: 3\r\n", "abc", version: "1.0"),
                "POST / abc (1.0) closes"),
            RequestCase("a body of GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET / abc"),
            RequestCase("a body of HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "HEAD / abc"),
            RequestCase("a body that is not whole", post("Content-Length: 3\r\n", "ab"), "waits"),
            RequestCase(
                "an empty line after a body", post("Content-Length: 1\r\n", "a\r\n" + post("")), "POST / a | POST /"),
            RequestCase(
                "two empty lines after a body", post("Content-Length: 1\r\n", "a\r\n\r\n"),
                "POST / a | 400 Malformed request line"),
            RequestCase(
                "equal lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"),
                "400 More than one Content-Length"),
            RequestCase(
                "equal lengths in two cases", post("Content-Length: 1\r\ncontent-length: 1\r\n", "a"),
                "400 More than one Content-Length"),
            RequestCase(
                "a length and a folded one", post("Content-Length: 1\r\n 1\r\n", "a"), "400 Malformed header field name"
            ),
            RequestCase(
                "a space before the length's colon", post("Content-Length : 1\r\n", "a"),
                "400 Malformed header field name"),
            RequestCase("a length with NUL", post("Content-Length: 1\0\r\n", "a"), "400 Malformed header field value"),
            RequestCase(
                "an underscore for the length's hyphen", post("Content_Length: 3\r\n", post("")), "POST / | POST /"),
        ]

    static let codings: [RequestCase] =
        ["chunked", "CHUNKED", "\tchunked \t"].map {
            RequestCase(
                "the value \($0.debugDescription)", post("Transfer-Encoding: \($0)\r\n", "1\r\na\r\n0\r\n\r\n"),
                "POST / a")
        }
        + ["\"chunked\"", ", chunked", "chun ked", "chunked;", "chunked=1", "gzip;q=1, chunked"].map {
            RequestCase(
                "the coding \($0)", post("Transfer-Encoding: \($0)\r\n", "0\r\n\r\n"), "400 Malformed Transfer-Encoding"
            )
        }
        + ["gzip", "identity", "xchunked", "'chunked", "chunked2", "x, y"].map {
            RequestCase(
                "the coding \($0)", post("Transfer-Encoding: \($0)\r\n", "0\r\n\r\n"),
                "400 Chunked is not the last transfer coding")
        }
        + ["chunked,", "chunked, chunked", "chunked, identity", "gzip, chunked, chunked"].map {
            RequestCase(
                "the coding \($0)", post("Transfer-Encoding: \($0)\r\n", "0\r\n\r\n"),
                "400 Transfer coding after chunked")
        }
        + ["deflate, chunked", "identity, chunked", "xchunked, chunked"].map {
            RequestCase(
                "the coding \($0)", post("Transfer-Encoding: \($0)\r\n", "0\r\n\r\n"),
                "501 Transfer coding not implemented")
        }
        + [
            RequestCase(
                "a coding after a vertical tab", post("Transfer-Encoding: \u{b}chunked\r\n"),
                "400 Malformed header field value"),
            RequestCase(
                "a coding with NUL", post("Transfer-Encoding: chunked\0\r\n"), "400 Malformed header field value"),
            RequestCase(
                "a folded coding", post("Transfer-Encoding:\r\n chunked\r\n"), "400 Malformed Transfer-Encoding"),
            RequestCase(
                "a coding behind another field's fold", post("X: y\r\n Transfer-Encoding: chunked\r\n"),
                "400 Malformed header field name"),
            RequestCase(
                "a space before the coding's colon", post("Transfer-Encoding : chunked\r\n"),
                "400 Malformed header field name"),
            RequestCase(
                "an underscore for the coding's hyphen",
                post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), "POST / 0\r\n\r\n"),
            RequestCase("a coding in another case", post("tRANSFER-eNCODING: chunked\r\n", "0\r\n\r\n"), "POST /"),
            RequestCase(
                "two codings in two fields", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
                "501 Transfer coding not implemented"),
            RequestCase(
                "chunked, and another in another field", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"),
                "400 Transfer coding after chunked"),
            RequestCase("what TE asks for is no coding", post("TE: trailers, chunked\r\n"), "POST /"),
        ]

    /// Content in a coding that nobody here takes off (RFC 9110, section 8.4).
    static let contentCodings: [RequestCase] =
        ["gzip", "GZIP", "br", "x", "identity, gzip", "gzip,", "\"identity\"", "identity;q=1"].map {
            RequestCase(
                "content in \($0)", post("Content-Encoding: \($0)\r\nContent-Length: 1\r\n", "a"),
                "415 Content coding not supported; send the content as it is")
        }
        + ["", "identity", "Identity", "identity, identity", ",identity"].map {
            RequestCase(
                "content as \($0.debugDescription)", post("Content-Encoding: \($0)\r\nContent-Length: 1\r\n", "a"),
                "POST / a")
        }
        + [
            RequestCase(
                "content coded twice",
                post("Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n", "a"),
                "415 Content coding not supported; send the content as it is"),
            RequestCase(
                "chunked content in a coding",
                post("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\n\r\n"),
                "415 Content coding not supported; send the content as it is"),
            RequestCase("a coding of no content", post("Content-Encoding: gzip\r\n"), "POST /"),
            RequestCase(
                "a coding of an empty content", post("Content-Encoding: gzip\r\nContent-Length: 0\r\n"), "POST /"),
        ]

    /// The second request stands where only one of two readers would look for it.
    static let smuggling: [RequestCase] = [
        RequestCase(
            "length, then coding", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG"),
            "400 Both Transfer-Encoding and Content-Length"),
        RequestCase(
            "coding, then length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\nGPOST / HTTP/1.1\r\n"),
            "400 Both Transfer-Encoding and Content-Length"),
        RequestCase(
            "coding and a length of nothing", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"),
            "400 Both Transfer-Encoding and Content-Length"),
        RequestCase(
            "an unknown coding and a length", post("Transfer-Encoding: x\r\nContent-Length: 1\r\n", "a"),
            "400 Both Transfer-Encoding and Content-Length"),
        RequestCase(
            "coding and length in HTTP/1.0",
            post("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "a", version: "1.0"),
            "400 Transfer-Encoding in HTTP/1.0"),
        RequestCase(
            "a length that Connection names", post("Content-Length: 1\r\nConnection: Content-Length\r\n", "a"),
            "POST / a"),
        RequestCase(
            "a request in the body of GET",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 19\r\n\r\nGET /x HTTP/1.0\r\n\r\n",
            "GET / GET /x HTTP/1.0\r\n\r\n"),
        RequestCase(
            "a length one short", post("Content-Length: 18\r\n", "GET /x HTTP/1.0\r\n\r\n"),
            "POST / GET /x HTTP/1.0\r\n\r | 400 Line feed alone"),
        RequestCase(
            "a request in a chunk",
            post("Transfer-Encoding: chunked\r\n", "13\r\nGET /x HTTP/1.0\r\n\r\n\r\n0\r\n\r\n"),
            "POST / GET /x HTTP/1.0\r\n\r\n"),
        RequestCase(
            "a request in the trailers", post("Transfer-Encoding: chunked\r\n", "0\r\nGET /x HTTP/1.1\r\n\r\n"),
            "400 Malformed header field name"),
        RequestCase(
            "framing in the trailers",
            post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 9\r\nHost: b\r\n\r\n" + post("")),
            "400 Forbidden trailer field"),
        RequestCase("a second request that is bad", post("") + "x\r\n", "POST / | 400 Malformed request line"),
        RequestCase("a request after HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + post(""), "HEAD / | POST /"),
    ]
}
