internal import Contract

/// How much of a request is taken in before it is refused. `Refusal.naming` tells the settings.
struct Limits: Sendable {
    /// Bytes of a request line.
    var requestLine = 8 << 10
    /// Bytes of a field line, of the header section or the trailer section.
    var fieldLine = 64 << 10
    /// Field lines of a section.
    var fieldLines = 100
    /// Bytes of a whole head: what one connection can make the worker hold before its request is known.
    var head = 128 << 10
    /// Bytes of a line that tells a chunk's size, its extensions counted.
    var chunkLine = 1 << 10
    /// Bytes of all chunk extensions of a body: without it a body of one-byte chunks could be mostly extensions.
    var chunkExtensions = 16 << 10
    /// Bytes of a body.
    var body = 16 << 20
}

extension Limits {
    /// As the settings say.
    init(_ settings: Settings) {
        requestLine = settings.limitRequestLine
        fieldLine = settings.limitRequestFieldSize
        fieldLines = settings.limitRequestFields
        head = settings.limitRequestHead
        body = settings.maxBody
    }
}
