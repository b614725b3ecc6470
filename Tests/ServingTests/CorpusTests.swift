import Contract
import Messages
import Testing

@testable import Serving

/// Every request of the table, however it arrives.
@Suite(.serialized) struct CorpusTests {
    @Test(arguments: RequestTable.all)
    func aRequestIsParsedAsTheTableSays(_ request: RequestCase) {
        #expect(RequestOutcome.of(request.bytes) == request.outcome)
    }

    @Test func requestsAreParsedAlikeByteByByte() {
        for request in RequestTable.all {
            #expect(RequestOutcome.of(request.bytes, piece: 1) == request.outcome, "\(request.name)")
        }
    }

    @Test func requestsAreParsedAlikeCutAnywhere() {
        for request in RequestTable.all {
            // The large ones repeat themselves: their ends, and some places between, are as good as all.
            let step = request.bytes.count < 600 ? 1 : request.bytes.count / 97
            for index in stride(from: 1, to: request.bytes.count, by: step) {
                #expect(
                    RequestOutcome.of(request.bytes, cutAt: index) == request.outcome, "\(request.name) at \(index)")
            }
        }
    }

    @Test func namesOfTheTableAreDifferent() {
        let names = Dictionary(grouping: RequestTable.all, by: \.name)
        #expect(names.filter { $0.value.count > 1 }.keys.sorted() == [])
    }

    /// The application says what it has seen; a refusal says why, and closes.
    @Test func aServerAnswersAsTheTableSays() async throws {
        let application = Function { request in
            // Without Host the server takes its own name.
            let isNamed = request.head.authority != nil
            let text = RequestOutcome.text(
                request, body: request.body, authority: isNamed ? request.authority : nil)
            return .now(Response(.ok, body: Array(text.utf8)))
        }
        var settings = Settings()
        settings.maxBody = RequestOutcome.limits.body
        settings.limitRequestFieldSize = RequestOutcome.limits.fieldLine
        try await LoopThread.serving(application, settings: settings) { port, _ in
            for request in RequestTable.all {
                let expected = Self.answers(to: request.outcome)
                let client = try Client(port: port)
                try client.send(request.bytes)
                client.end()
                // The table does not say how large the limits are.
                let text = try client.read().replacing(/: at most [^"]*\)/, with: "")
                #expect(AnswerText.split(text, like: expected) == expected, "\(request.name)")
            }
        }
    }

    /// What comes back for an outcome, when the client sends no more.
    private static func answers(to outcome: String) -> [String] {
        var answers: [String] = []
        for item in outcome.split(separator: " | ").map(String.init) {
            if item == "waits" {
                answers.append("400 Request not complete")
            } else if item.hasSuffix(" closes") {
                let request = item.replacing(" closes", with: "").replacing(" (1.0)", with: "")
                return answers + [request]
            } else {
                answers.append(item.replacing(" (1.0)", with: ""))
            }
        }
        return answers
    }
}

/// Answers as they came over a connection that has ended.
private enum AnswerText {
    /// The content of each 200; of a refusal its status and its detail, provided that it says that it closes.
    /// - Parameter expected: what an answer to HEAD is taken for, because it has no content.
    static func split(_ text: String, like expected: [String]) -> [String] {
        var answers: [String] = []
        var rest = Substring(text)
        while let end = rest.firstRange(of: "\r\n\r\n") {
            let head = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            if head.hasPrefix("HTTP/1.1 100 ") { continue }
            let toHead = answers.count < expected.count && expected[answers.count].hasPrefix("HEAD ")
            let size = head.split(separator: "content-length: ").last?.prefix { $0.isNumber }.description
            let count = toHead ? 0 : size.flatMap { Int($0) } ?? 0
            let content = String(decoding: rest.utf8.prefix(count), as: UTF8.self)
            rest = Substring(rest.utf8.dropFirst(count))
            answers.append(toHead ? expected[answers.count] : answer(head, content))
        }
        return rest.isEmpty ? answers : answers + ["more: \(rest)"]
    }

    private static func answer(_ head: Substring, _ content: String) -> String {
        let status = head.dropFirst("HTTP/1.1 ".count).prefix(3)
        if status == "200" { return content }
        let detail = content.dropFirst(#"{"detail":""#.count).dropLast(2)
        return "\(status) \(detail)" + (head.hasSuffix("\r\nconnection: close") ? "" : ", and stays")
    }
}
