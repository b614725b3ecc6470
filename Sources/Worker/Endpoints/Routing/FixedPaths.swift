/// The paths without parameters: a hash table that is asked with a slice of the request, and makes nothing for it.
struct FixedPaths: Sendable {
    private struct Entry: Sendable {
        let path: [UInt8]
        let place: RouteTable.Place
    }

    private var buckets: [[Entry]] = Array(repeating: [], count: 64)

    mutating func insert(_ place: RouteTable.Place, at path: [UInt8]) {
        buckets[FixedPaths.bucket(of: path.span)].append(Entry(path: path, place: place))
    }

    func place(at path: Span<UInt8>) -> RouteTable.Place? {
        for entry in buckets[FixedPaths.bucket(of: path)] where path.isEqual(to: entry.path) { return entry.place }
        return nil
    }

    /// An FNV-1a hash, cut to the number of buckets.
    private static func bucket(of path: Span<UInt8>) -> Int {
        let hash = path.fnv1aHash
        return Int(hash >> 16 ^ hash) & 63
    }
}
