import Messages
import Testing

@testable import Serving

@Suite struct RequestParserTests {
    @Test func damagedRequestsAreParsedAlikeWholeAndInPieces() {
        let characters = Array("\r\n\t :;,0aG/\u{0}?#@[]".utf8)
        for request in RequestTable.valid + RequestTable.invalidChunks where request.bytes.count < 300 {
            for _ in 0..<100 {
                var bytes = request.bytes
                for _ in 0..<Int.random(in: 1...3) {
                    let index = Int.random(in: bytes.indices)
                    switch Int.random(in: 0..<3) {
                    case 0: bytes[index] = characters.randomElement()!
                    case 1: bytes.insert(characters.randomElement()!, at: index)
                    default: bytes.remove(at: index)
                    }
                }
                let whole = RequestOutcome.of(bytes)
                #expect(
                    RequestOutcome.of(bytes, piece: 1) == whole,
                    "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test func everyPrefixOfARequestOnlyWaitsForMore() {
        for request in RequestTable.valid where request.bytes.count < 300 && !request.outcome.contains("|") {
            for count in 1..<request.bytes.count where !request.bytes[..<count].elementsEqual("\r\n".utf8) {
                #expect(RequestOutcome.of(Array(request.bytes[..<count])) == "waits", "\(request.name) to \(count)")
            }
        }
    }

    @Test func aRequestKeepsItsBytes() throws {
        var parser = RequestParser(limits: RequestLimits())
        append("GET /first HTTP/1.1\r\nHost: one\r\n\r\nGET /other HTTP/1.1\r\nHost: two\r\n\r\n", to: &parser)
        guard case .request(let first) = parser.next(at: 1), case .request(let second) = parser.next(at: 2) else {
            Issue.record("two requests were expected")
            return
        }
        #expect(Request(head: first.head).path.elementsEqual("/first".utf8))
        #expect(Request(head: second.head).path.elementsEqual("/other".utf8))
        #expect(Request(head: first.head).header("host") == "one")
        #expect(first.arrival == 1)
    }

    @Test func nothingIsParsedAfterARejection() {
        var parser = RequestParser(limits: RequestLimits())
        append("nonsense\r\n\r\n", to: &parser)
        guard case .rejected = parser.next(at: 0) else {
            Issue.record("a refusal was expected")
            return
        }
        append("GET / HTTP/1.1\r\nHost: a\r\n\r\n", to: &parser)
        #expect(parser.next(at: 0) == nil)
    }

    private func append(_ text: String, to parser: inout RequestParser) {
        Array(text.utf8).withUnsafeBytes { parser.append($0) }
    }
}
