import Messages

/// Answers as bytes.
enum ResponseEncoder {
    /// What becomes of the connection after an answer, as its Connection field says it.
    enum Persistence {
        /// HTTP/1.1 says it by saying nothing.
        case implied
        /// An HTTP/1.0 client hears that its wish is granted.
        case keptAlive
        case closed
    }

    static let continueLine: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Whether a response can be sent: its status is a final one, and no name or value could break out of its line.
    static func isSendable(_ response: Response) -> Bool {
        response.status.line != nil && response.fields.allSatisfy { $0.line != nil }
    }

    /// Appends an answer. Fields that the server itself writes are left out of the response's own.
    /// - Parameters:
    ///   - isHead: the request's method was HEAD; the content is only counted.
    ///   - arrival: when the request's head was complete.
    /// - Returns: how many bytes of it are content.
    static func append(
        _ response: Response, isHead: Bool, persistence: Persistence, arrival: UInt64, at moment: Moment,
        to output: inout [UInt8]
    ) -> Int {
        output.append(contentsOf: response.status.line ?? [])
        output.append(contentsOf: moment.date.line)
        output.append("x-process-time: ")
        output.append(seconds: moment.nanoseconds > arrival ? moment.nanoseconds - arrival : 0)
        output.append("\r\n")
        for field in response.fields { output.append(contentsOf: field.line ?? []) }
        // RFC 9110, section 8.6, and section 15.4.5 for 304, which has no content either.
        let hasContent = response.status.code != 204 && response.status.code != 304
        if hasContent {
            output.append("content-length: ")
            output.append(decimal: response.body.count)
            output.append("\r\n")
        }
        switch persistence {
        case .implied: break
        case .keptAlive: output.append("connection: keep-alive\r\n")
        case .closed: output.append("connection: close\r\n")
        }
        output.append("\r\n")
        guard hasContent, !isHead else { return 0 }
        output.append(contentsOf: response.body)
        return response.body.count
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

    /// Seconds with nine decimals.
    mutating func append(seconds nanoseconds: UInt64) {
        append(decimal: Int(nanoseconds / 1_000_000_000))
        append(UInt8(ascii: "."))
        append(digits: Int(nanoseconds % 1_000_000_000), from: 100_000_000)
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
