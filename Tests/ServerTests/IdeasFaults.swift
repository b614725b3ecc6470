/// What reddit, or somebody in its place, may do to us, and what our client then sees.
struct IdeasFault: Sendable, CustomStringConvertible {
    let description: String
    let status: Int
    let steps: [FaultyUpstream.Step]

    private init(_ description: String, _ status: Int, _ steps: FaultyUpstream.Step...) {
        (self.description, self.status, self.steps) = (description, status, steps)
    }

    static let listing =
        #"{"data":{"children":[{"data":{"score":7,"title":"Soup","url":"u"}}]}}"# + FaultyUpstream.keeps

    /// A whole answer of that body.
    static func answer(_ body: String, status: String = "200 OK", fields: [String] = []) -> String {
        head(["Content-Length: \(body.utf8.count)"] + fields, status: status) + body
    }

    private static func head(_ fields: [String], status: String = "200 OK") -> String {
        (["HTTP/1.1 \(status)", "Content-Type: application/json"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func redirect(_ location: String) -> String {
        answer("", status: "302 Found", fields: ["Location: \(location)"])
    }

    private static let chunked = head(["Transfer-Encoding: chunked"])
    private static let interim = "HTTP/1.1 103 Early Hints\r\nX: \(letters.prefix(60_000))\r\n\r\n"
    private static let letters = String(repeating: "x", count: 1 << 20)
    private static let megabyte = String(repeating: " ", count: 1 << 20)

    /// It falls silent, or keeps us waiting with something.
    static let late = [
        IdeasFault("never answers", 504, .stall),
        IdeasFault("stops in the status line", 504, .send("HTTP/1.1 2"), .stall),
        IdeasFault("stops in the head", 504, .send("HTTP/1.1 200 OK\r\nContent-"), .stall),
        IdeasFault("stops before the body", 504, .send(head(["Content-Length: 70"])), .stall),
        IdeasFault("stops in the body", 504, .send(head(["Content-Length: 70"]) + "{\"data\":"), .stall),
        IdeasFault("stops in a chunk", 504, .send(chunked + "20\r\n{\"data\":"), .stall),
        IdeasFault("stops before the last chunk", 504, .send(chunked + "1\r\n{\r\n"), .stall),
        IdeasFault("claims more than it sends", 504, .send(head(["Content-Length: 5000"]) + listing), .stall),
        IdeasFault("drips its head", 504, .send("HTTP/1.1 200 OK\r\nX: "), .drip("x")),
        IdeasFault("drips its body", 504, .send(head(["Content-Length: 100000"])), .drip(" ")),
        IdeasFault("drips chunks", 504, .send(chunked), .drip("1\r\n \r\n")),
        IdeasFault("drips interim answers", 504, .drip("HTTP/1.1 103 Early Hints\r\n\r\n")),
    ]

    /// It sends something that is wrong, or too much.
    static let wrong = [
        IdeasFault("closes", 502),
        IdeasFault("resets", 502, .reset),
        IdeasFault("closes in the head", 502, .send("HTTP/1.1 200 OK\r\nContent-")),
        IdeasFault("closes in the body", 502, .send(head(["Content-Length: 5000"]) + listing.dropLast(2))),
        IdeasFault("closes in a chunk", 502, .send(chunked + "40\r\n{\"data\":")),
        IdeasFault("resets in the body", 502, .send(head(["Content-Length: 5000"]) + listing), .reset),
        IdeasFault("speaks another protocol", 502, .send("SSH-2.0-OpenSSH_9.2\r\n"), .stall),
        IdeasFault("says 500 and a listing", 502, .send(answer(listing, status: "500 Oh"))),
        IdeasFault("says 204", 502, .send("HTTP/1.1 204 No Content\r\n\r\n")),
        IdeasFault("says 304", 502, .send("HTTP/1.1 304 Not Modified\r\n\r\n")),
        IdeasFault("sends a page", 502, .send(answer("<!doctype html><title>busy</title>"))),
        IdeasFault("sends nothing", 502, .send(answer(""))),
        IdeasFault("sends half a JSON", 502, .send(answer(String(listing.prefix(40))))),
        IdeasFault("claims less than it sends", 502, .send(head(["Content-Length: 20"]) + listing)),
        IdeasFault("has two lengths", 502, .send(head(["Content-Length: 20", "Content-Length: 21"]) + listing)),
        IdeasFault("has a length that is none", 502, .send(head(["Content-Length: many"]) + listing)),
        IdeasFault("has a chunk size that is none", 502, .send(chunked + "xyz\r\n{}\r\n0\r\n\r\n")),
        IdeasFault("has a chunk longer than its size", 502, .send(chunked + "1\r\n{}}}}\r\n0\r\n\r\n")),
        IdeasFault("nests deeply", 502, .send(answer(String(repeating: "[", count: 200_000)))),
        IdeasFault("nests objects deeply", 502, .send(answer(String(repeating: #"{"data":"#, count: 100_000)))),
        IdeasFault("announces 50 MB", 502, .send(head(["Content-Length: 52428800"])), .flood(megabyte)),
        IdeasFault("never ends its body", 502, .send(head(["Connection: close"])), .flood(megabyte)),
        IdeasFault("never ends its chunks", 502, .send(chunked), .flood("100000\r\n" + megabyte + "\r\n")),
        IdeasFault("never ends its head", 502, .send("HTTP/1.1 200 OK\r\n"), .flood("X: y\r\n")),
        IdeasFault("never ends a field", 502, .send("HTTP/1.1 200 OK\r\nX: "), .flood(letters)),
        IdeasFault("never ends its reason", 502, .send("HTTP/1.1 200 "), .flood(megabyte)),
        IdeasFault("never ends its interim answers", 502, .flood(interim)),
        IdeasFault("never ends a field of spaces", 502, .send("HTTP/1.1 200 OK\r\nX: "), .flood(megabyte)),
        IdeasFault("redirects to itself", 502, .send(redirect("/again"))),
        IdeasFault("redirects to a file", 502, .send(redirect("file:///etc/passwd"))),
        IdeasFault("redirects to a socket", 502, .send(redirect("http+unix://%2Frun%2Fx.sock/"))),
        IdeasFault("redirects to where nobody is", 502, .send(redirect("http://127.0.0.1:1/"))),
        IdeasFault("is not compressed as it says", 502, .send(answer(listing, fields: ["Content-Encoding: gzip"]))),
    ]

    /// It is odd, but what it means is clear.
    static let harmless = [
        IdeasFault("is well", 200, .send(answer(listing))),
        IdeasFault("has the wrong media type", 200, .send(answer(listing, fields: ["Content-Type: image/png"]))),
        IdeasFault("says 201", 200, .send(answer(listing, status: "201 Created"))),
        IdeasFault("ends by closing", 200, .send("HTTP/1.0 200 OK\r\n\r\n" + listing.dropLast(2))),
        IdeasFault("begins with interim answers", 200, .send("HTTP/1.1 100 Continue\r\n\r\n" + answer(listing))),
        IdeasFault("closes after it", 200, .send(answer(listing, fields: ["Connection: close"]))),
    ]
}
