/// A line of the access log: the combined log format, as Apache and nginx write it, and the seconds that the answer took:
/// `127.0.0.1 - - [23/Nov/2026:10:15:30 +0000] "GET /x?y HTTP/1.1" 200 123 "-" "curl/8.1" 0.000412`.
enum AccessLine {
    /// - Parameter peer: the client's address; empty for one of a unix socket.
    static func append(
        _ answer: AnsweredRequest, _ words: RequestWords, peer: String, at date: LogDate, to output: inout [UInt8]
    ) {
        if peer.isEmpty { output.append(UInt8(ascii: "-")) } else { output.append(contentsOf: peer.utf8) }
        output.append(" - - [")
        output.append(contentsOf: date.text)
        output.append("] \"")
        output.append(contentsOf: words.line)
        output.append("\" ")
        output.append(decimal: answer.status)
        output.append(Characters.space)
        output.append(decimal: answer.size)
        output.append(Characters.space)
        output.append(contentsOf: words.fields)
        output.append(Characters.space)
        output.append(microseconds: answer.latency / 1000)
        output.append(Characters.lineFeed)
    }
}
