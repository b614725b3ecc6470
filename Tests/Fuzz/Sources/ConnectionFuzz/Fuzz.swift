/// libFuzzer's entry point. The input decides what happens to a connection.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var decisions = Decisions(UnsafeBufferPointer(start: start, count: count))
    var harness = ConnectionHarness(request: decisions.number(below: 2) == 0 ? nil : 5_000_000_000)
    while !decisions.isAtEnd { harness.step(&decisions) }
    harness.finish()
    return 0
}

/// The input's bytes, read as decisions.
struct Decisions {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = Array(bytes)[...]
    }

    var isAtEnd: Bool { bytes.isEmpty }

    /// Zero at the end of the input.
    mutating func number(below limit: Int) -> Int {
        Int(bytes.popFirst() ?? 0) % limit
    }

    /// From one to a million. Small sizes are as likely as large ones.
    mutating func size() -> Int {
        1 << number(below: 21) | number(below: 256)
    }
}

/// Bytes that a client sends: valid requests, parts of requests, and errors.
enum ClientMessages {
    static let all: [[UInt8]] = [
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
