/// A line of the access log: the combined log format, as Apache and nginx write it, and the seconds that the answer took:
/// `127.0.0.1 - - [23/Nov/2026:10:15:30 +0000] "GET /x?y HTTP/1.1" 200 123 "-" "curl/8.1" 0.000412`, and ` aborted` when the
/// connection ended before all of it was sent.
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
        if answer.isAborted { output.append(" aborted") }
        output.append(Characters.lineFeed)
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(decimal number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        append(digits: number, from: divisor)
    }

    /// Seconds with six decimals.
    mutating func append(microseconds: UInt64) {
        append(decimal: Int(microseconds / 1_000_000))
        append(UInt8(ascii: "."))
        append(digits: Int(microseconds % 1_000_000), from: 100_000)
    }

    private mutating func append(digits number: Int, from divisor: Int) {
        var divisor = divisor
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
