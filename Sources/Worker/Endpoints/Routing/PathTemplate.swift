/// A route's path, split at its slashes.
struct PathTemplate: Sendable {
    enum Segment: Sendable {
        case literal([UInt8])
        case parameter(String)
    }

    let segments: [Segment]

    /// - Parameter path: starts with a slash.
    init(_ path: String) {
        segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment.hasPrefix("{") && segment.hasSuffix("}")
                ? .parameter(String(segment.dropFirst().dropLast())) : .literal(Array(segment.utf8))
        }
    }

    /// The parameters' names, in order.
    var names: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    var isLiteral: Bool { names.isEmpty }

    /// Whether braces occur only around whole, named segments.
    var isValid: Bool {
        segments.allSatisfy { segment in
            switch segment {
            case .literal(let bytes): !bytes.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
            case .parameter(let name): !name.isEmpty && !name.contains { $0 == "{" || $0 == "}" }
            }
        }
    }

    /// Whether the template matches a decoded path.
    func matches(_ path: Span<UInt8>) -> Bool {
        var start = 0
        for segment in segments {
            guard start < path.count, path[start] == UInt8(ascii: "/") else { return false }
            start += 1
            switch segment {
            case .literal(let bytes):
                guard path.contains(bytes.span, at: start) else { return false }
                start += bytes.count
                guard start == path.count || path[start] == UInt8(ascii: "/") else { return false }
            case .parameter:
                let end = path.endOfSegment(from: start)
                guard start < end else { return false }
                start = end
            }
        }
        return start == path.count
    }

    /// The range of a parameter's value in a path that matches, as offsets from its start.
    func range(of name: String, in path: Span<UInt8>) -> Range<Int>? {
        var start = 0
        for segment in segments {
            start += 1
            switch segment {
            case .literal(let bytes):
                start += bytes.count
            case .parameter(let other):
                let end = path.endOfSegment(from: start)
                if other == name { return start..<end }
                start = end
            }
        }
        return nil
    }
}

extension Span<UInt8> {
    func isEqual(to other: [UInt8]) -> Bool {
        count == other.count && contains(other.span, at: 0)
    }

    /// Whether other bytes are at that offset.
    func contains(_ other: Span<UInt8>, at start: Int) -> Bool {
        guard other.count <= count - start else { return false }
        for index in 0..<other.count where self[start + index] != other[index] { return false }
        return true
    }

    /// The offset of the next slash; the end if there is none.
    fileprivate func endOfSegment(from start: Int) -> Int {
        var end = start
        while end < count, self[end] != UInt8(ascii: "/") { end += 1 }
        return end
    }
}
