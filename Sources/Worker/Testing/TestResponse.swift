public import Endpoints
public import Messages

/// An answer, read to its end.
public struct TestResponse: Sendable {
    /// Its code and reason phrase.
    public let status: Status
    /// The header section, in its order.
    public let fields: [Field]
    /// The content.
    public let body: [UInt8]

    /// The content as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the first field of that name.
    /// - Parameter name: in any case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    /// The content as JSON.
    /// - Throws: `TestFailure` when it is none.
    public var json: JSON {
        get throws {
            do throws(JSONError) {
                return try JSON(parsing: body)
            } catch {
                throw TestFailure("the answer, \(status), is no JSON: \(text)")
            }
        }
    }

    /// The content as a value.
    /// - Throws: `TestFailure`, with the status and the content, for what is no such value.
    public func decode<Value: RequestValue>(_ type: Value.Type = Value.self) throws -> Value {
        var issues: [Issue] = []
        guard let value = Value.read(try json, issues: &issues), issues.isEmpty else {
            throw TestFailure("the answer, \(status), is no \(type): \(ValidationError(issues)): \(text)")
        }
        return value
    }
}

/// An answer whose content is still to come.
public struct StreamedTestResponse: Sendable {
    /// Its code and reason phrase.
    public let status: Status
    /// The header section, in its order.
    public let fields: [Field]
    /// The content, as it comes; it ends with an error where the answer is cut.
    public let pieces: AsyncThrowingStream<[UInt8], any Error>

    /// The events of a `text/event-stream`, each as its lines without the empty one at its end.
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
