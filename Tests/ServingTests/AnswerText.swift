/// Answers as they came over a connection that has ended.
enum AnswerText {
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
