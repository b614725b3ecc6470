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
        to output: inout OutputBuffer
    ) -> Int {
        if let line = response.status.line { output.append(line) }
        output.append(moment.date.line)
        output.append("x-process-time: ")
        output.append(seconds: moment.nanoseconds > arrival ? moment.nanoseconds - arrival : 0)
        output.append("\r\n")
        for field in response.fields {
            if let line = field.line { output.append(line) }
        }
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
        output.append(response.body)
        return response.body.count
    }
}
