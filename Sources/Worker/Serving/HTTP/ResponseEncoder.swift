import Messages

/// Encodes responses as bytes.
enum ResponseEncoder {
    /// What the Connection field of a response says of the connection.
    enum Persistence {
        /// It stays; HTTP/1.1 needs no field for that.
        case implied
        /// It stays, as an HTTP/1.0 client has asked for.
        case keptAlive
        case closed
    }

    /// Ends chunked content.
    static let lastChunk: StaticString = "0\r\n\r\n"

    static let continueLine: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Whether a response can be sent: its status is final, and no name or value could break out of its line.
    static func isSendable(_ response: Response) -> Bool {
        response.status.line != nil && response.fields.allSatisfy { $0.line != nil }
    }

    /// Appends a complete response. The server writes some fields itself; these are left out of the response's own.
    /// - Parameters:
    ///   - isHead: the request's method was HEAD; the content is only counted.
    ///   - arrival: when the request's head was complete, if the response is to say how long it took.
    /// - Returns: how many bytes of it are content.
    static func append(
        _ response: borrowing Response, isHead: Bool, persistence: Persistence, arrival: UInt64?, at time: LoopTime,
        to output: inout OutputBuffer
    ) -> Int {
        appendFields(response, arrival: arrival, at: time, to: &output)
        let hasContent = hasContent(response.status)
        if hasContent { append(length: response.body.count, to: &output) }
        append(persistence, to: &output)
        guard hasContent, !isHead else { return 0 }
        output.append(response.body)
        return response.body.count
    }

    /// Appends the head of a response whose content is produced while it is sent.
    /// - Parameter framing: nil for a response that has no content.
    static func appendHead(
        _ response: borrowing Response, framing: OutgoingContent.Framing?, persistence: Persistence, arrival: UInt64?,
        at time: LoopTime, to output: inout OutputBuffer
    ) {
        appendFields(response, arrival: arrival, at: time, to: &output)
        switch framing {
        case .chunked: output.append("transfer-encoding: chunked\r\n")
        case .sized(let length): append(length: length, to: &output)
        case .untilClose, nil: break
        }
        append(persistence, to: &output)
    }

    /// Appends a piece of chunked content (RFC 9112, section 7.1).
    static func append(chunk: [UInt8], to output: inout OutputBuffer) {
        output.append(hexadecimal: chunk.count)
        output.append("\r\n")
        output.append(chunk)
        output.append("\r\n")
    }

    /// Whether a response can have content: RFC 9110, section 8.6, and section 15.4.5 for 304.
    static func hasContent(_ status: Status) -> Bool {
        status.code != 204 && status.code != 304
    }

    private static func appendFields(
        _ response: borrowing Response, arrival: UInt64?, at time: LoopTime, to output: inout OutputBuffer
    ) {
        if let line = response.status.line { output.append(line) }
        output.append(time.date.line)
        if let arrival {
            output.append("x-process-time: ")
            output.append(seconds: time.nanoseconds > arrival ? time.nanoseconds - arrival : 0)
            output.append("\r\n")
        }
        for field in response.fields {
            if let line = field.line { output.append(line) }
        }
    }

    private static func append(length: Int, to output: inout OutputBuffer) {
        output.append("content-length: ")
        output.append(decimal: length)
        output.append("\r\n")
    }

    /// Ends the head.
    private static func append(_ persistence: Persistence, to output: inout OutputBuffer) {
        switch persistence {
        case .implied: break
        case .keptAlive: output.append("connection: keep-alive\r\n")
        case .closed: output.append("connection: close\r\n")
        }
        output.append("\r\n")
    }
}
