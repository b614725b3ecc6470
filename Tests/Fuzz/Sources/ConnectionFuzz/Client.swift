/// What clients say, well and badly.
enum Client {
    static let sentences: [[UInt8]] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nHello, world",
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n",
        "Hello, world",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n",
        "7\r\n, world\r\n",
        "0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n",
        "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
        "\r\n", "nonsense\r\n", "GET / HTTP/1.1\r\n",
        String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 40),
        String(repeating: "x", count: 70_000),
    ].map { Array($0.utf8) }
}
