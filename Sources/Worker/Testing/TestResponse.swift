public import Endpoints
public import Messages

/// A response with its whole content.
public struct TestResponse: Sendable {
    /// The status code and reason phrase.
    public let status: Status
    /// The header section, in the order of the response.
    public let fields: [Field]
    /// The content, as bytes.
    public let body: [UInt8]

    /// The content as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the first field with that name.
    /// - Parameter name: in any case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    /// The content as JSON.
    /// - Throws: `TestClientError` if it is not JSON.
    public var json: JSON {
        get throws {
            do throws(JSONError) {
                return try JSON(parsing: body)
            } catch {
                throw TestClientError("the response, \(status), is not JSON: \(text)")
            }
        }
    }

    /// The content as a value.
    /// - Throws: `TestClientError` with the status and the content if it is not such a value.
    public func decode<Value: RequestValue>(_ type: Value.Type = Value.self) throws -> Value {
        var issues: [Issue] = []
        guard let value = Value.read(try json, issues: &issues), issues.isEmpty else {
            throw TestClientError("the response, \(status), is not a \(type): \(ValidationError(issues)): \(text)")
        }
        return value
    }
}

/// A response whose content is still to come.
public struct StreamingTestResponse: Sendable {
    /// The status code and reason phrase.
    public let status: Status
    /// The header section, in the order of the response.
    public let fields: [Field]
    /// The content, as it arrives. It throws if the connection ends early.
    public let pieces: AsyncThrowingStream<[UInt8], any Error>

    /// The events of a `text/event-stream`: the lines of each, without the empty line at its end.
    public var events: AsyncThrowingStream<String, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                var text = ""
                do {
                    for try await piece in pieces {
                        text += String(decoding: piece, as: UTF8.self)
                        while let end = text.firstRange(of: "\n\n") {
                            continuation.yield(String(text[..<end.lowerBound]))
                            text.removeSubrange(..<end.upperBound)
                        }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
