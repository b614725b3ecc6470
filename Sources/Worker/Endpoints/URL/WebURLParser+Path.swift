extension WebURLParser {
    /// The segments, dots resolved: the path of an http URL is never empty.
    mutating func parsePath() {
        let start = output.count
        output.append(UInt8(ascii: "/"))
        if let first = rest.first, isSlash(first) { rest.removeFirst() }
        while true {
            let end = rest.firstIndex { isSlash($0) || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
            let segment = rest[..<(end ?? rest.endIndex)]
            rest = rest[segment.endIndex...]
            let isLast = !(rest.first.map(isSlash) ?? false)
            switch dots(in: segment) {
            case 1: break
            case 2: removeLastSegment(ofPathAt: start)
            default:
                PercentEncoding.path.encode(segment, into: &output)
                if !isLast { output.append(UInt8(ascii: "/")) }
            }
            if isLast { return }
            rest.removeFirst()
        }
    }

    mutating func parseQuery() {
        guard rest.first == UInt8(ascii: "?") else { return }
        output.append(UInt8(ascii: "?"))
        let query = rest.dropFirst().prefix { $0 != UInt8(ascii: "#") }
        PercentEncoding.query.encode(query, into: &output)
        rest = rest[query.endIndex...]
    }

    mutating func parseFragment() {
        guard rest.first == UInt8(ascii: "#") else { return }
        output.append(UInt8(ascii: "#"))
        PercentEncoding.fragment.encode(rest.dropFirst(), into: &output)
        rest = []
    }

    /// The written path ends with a slash; the segment before it goes.
    ///
    /// A drive (`c:`) stays. The Standard asks that of file URLs only; Rust's `url` does it for all, and so does this.
    private mutating func removeLastSegment(ofPathAt start: Int) {
        // Only indices: a slice held here would make the removal copy the whole output.
        guard let slash = output.indices[start...].dropLast().last(where: { output[$0] == UInt8(ascii: "/") }),
            !isDriveLetter(output[(slash + 1)...].dropLast())
        else { return }
        output.removeLast(output.count - slash - 1)
    }

    /// 1 for `.`, 2 for `..`, their dots in any spelling; 0 for a segment with a name.
    private func dots(in segment: ArraySlice<UInt8>) -> Int {
        guard segment.count <= 6 else { return 0 }
        var rest = segment
        var count = 0
        while let first = rest.first {
            if first == UInt8(ascii: ".") {
                rest.removeFirst()
            } else if rest.prefix(3).map(\.asciiLowercased) == Array("%2e".utf8) {
                rest.removeFirst(3)
            } else {
                return 0
            }
            count += 1
        }
        return count <= 2 ? count : 0
    }

    private func isSlash(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\")
    }

    func isDriveLetter(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.count == 2, let first = segment.first, let last = segment.last else { return false }
        return first.isASCIILetter && (last == UInt8(ascii: ":") || last == UInt8(ascii: "|"))
    }
}
