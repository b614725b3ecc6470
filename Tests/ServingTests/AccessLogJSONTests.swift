import Contract
import Foundation
import Messages
import Testing
import TestSupport

@testable import Serving

@Suite struct AccessLogJSONTests {
    /// The lines that a client gets who sent this.
    private func lines(_ bytes: [UInt8], peer: String = "127.0.0.1", waits: Double = 0) -> [String] {
        let bench = ConnectionBench(accessLog: .json)
        bench.answersAtOnce = waits == 0
        bench.send(bytes)
        if waits > 0 {
            bench.wait(waits)
            for number in bench.waiting.keys { bench.answer(number, Response(.ok, body: [1, 2, 3])) }
        }
        return bench.takeLog(peer: peer).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
            String.init)
    }

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        let lines = lines(bytes)
        #expect(lines.count == 1 && lines[0].utf8.count < 4096)
        return try #require(JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    }

    @Test func aLineHasTheKeysOfECS() {
        let text = "GET /x?y HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8.1\r\nREFERER: http://b/\r\n\r\n"
        #expect(
            lines(Array(text.utf8), waits: 0.000412) == [
                """
                {"@timestamp":"2026-11-23T10:15:30.007Z","log.level":"info","message":"request answered",\
                "ecs.version":"8.11.0","event.dataset":"brigade.access","process.pid":41,"brigade.process":"worker",\
                "brigade.worker":2,"brigade.generation":3,"client.address":"127.0.0.1","source.ip":"127.0.0.1",\
                "http.request.method":"GET",\
                "url.original":"/x?y","http.version":"1.1","http.request.referrer":"http://b/",\
                "user_agent.original":"curl/8.1","http.response.status_code":200,"http.response.body.bytes":3,\
                "event.duration":412000}
                """
            ])
    }

    @Test func whatIsNotKnownIsNotThere() throws {
        let parsed = try object(Array("nonsense\r\n\r\n".utf8))
        #expect(parsed["url.original"] == nil && parsed["user_agent.original"] == nil)
        #expect(parsed["http.response.status_code"] as? Int == 400)
        #expect(lines(Array("HEAD /x HTTP/1.0\r\n\r\n".utf8), peer: "")[0].contains("source.ip") == false)
    }

    /// Whatever bytes a client sends, the line is one object, and says what was sent.
    @Test(arguments: 1...200 as ClosedRange<UInt64>) func aClientCannotForgeALine(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let dangerous: [UInt8] = [
            0x22, 0x5c, 0x7b, 0x7d, 0x2c, 0x3a, 0x09, 0x20, 0xc2, 0x9b, 0xe2, 0x80, 0xae, 0xff, 0x6e,
        ]
        func value(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? dangerous.randomElement(using: &random)! : UInt8.random(in: 0x21...0xff, using: &random)
            }.filter { $0 != 0x7f }
        }
        let agent = value(Bool.random(using: &random) ? 20 : 5000)
        let query = value(20).filter { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }
        let parsed = try object(
            Array("GET /x?".utf8) + query + Array(" HTTP/1.1\r\nHost: a\r\nUser-Agent: ".utf8) + agent
                + Array("\r\nReferer: ".utf8) + value(3000) + Array("\r\n\r\n".utf8))
        #expect(parsed["http.response.status_code"] as? Int == 200)
        #expect(parsed["url.original"] as? String == "/x?" + String(decoding: query, as: UTF8.self))
        let written = try #require(parsed["user_agent.original"] as? String)
        #expect(!written.unicodeScalars.contains { $0.value == 0 })
        let sent = String(decoding: agent.trimmingBlanks(), as: UTF8.self)
        #expect(written == sent || written.hasSuffix("...") && sent.hasPrefix(written.dropLast(3)))
    }
}

extension [UInt8] {
    /// Without the white space around a field's value.
    fileprivate func trimmingBlanks() -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return Array(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
