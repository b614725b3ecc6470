/// A route's path, cut at its slashes.
struct PathTemplate: Sendable {
    enum Segment: Sendable {
        case fixed([UInt8])
        case parameter(String)
    }

    let segments: [Segment]

    /// - Parameter path: starts with a slash.
    init(_ path: String) {
        segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment.hasPrefix("{") && segment.hasSuffix("}")
                ? .parameter(String(segment.dropFirst().dropLast())) : .fixed(Array(segment.utf8))
        }
    }

    /// The parameters' names, in order.
    var names: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    var isFixed: Bool { names.isEmpty }

    /// Whether braces stand only around whole, named segments.
    var isValid: Bool {
        segments.allSatisfy { segment in
            switch segment {
            case .fixed(let bytes): !bytes.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
            case .parameter(let name): !name.isEmpty && !name.contains { $0 == "{" || $0 == "}" }
            }
        }
    }

    /// Where the parameters' values stand in a decoded path; nil when the path is another.
    func match(_ path: ArraySlice<UInt8>) -> [Range<Int>]? {
        var values: [Range<Int>] = []
        var start = path.startIndex
        for segment in segments {
            guard start < path.endIndex, path[start] == UInt8(ascii: "/") else { return nil }
            start += 1
            let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
            switch segment {
            case .fixed(let bytes):
                guard path[start..<end].elementsEqual(bytes) else { return nil }
            case .parameter:
                guard start < end else { return nil }
                values.append(start..<end)
            }
            start = end
        }
        return start == path.endIndex ? values : nil
    }
}
