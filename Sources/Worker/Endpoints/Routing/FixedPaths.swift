/// The paths without parameters: a hash table that is asked with a slice of the request, and makes nothing for it.
struct FixedPaths: Sendable {
    private struct Entry: Sendable {
        let path: [UInt8]
        let place: RouteTable.Place
    }

    private var buckets: [[Entry]] = Array(repeating: [], count: 64)

    mutating func insert(_ place: RouteTable.Place, at path: [UInt8]) {
        buckets[FixedPaths.hash(path[...], withSlash: false)].append(Entry(path: path, place: place))
    }

    /// - Parameter withSlash: looks for the path with a slash at its end.
    func place(at path: ArraySlice<UInt8>, withSlash: Bool = false) -> RouteTable.Place? {
        let count = path.count + (withSlash ? 1 : 0)
        for entry in buckets[FixedPaths.hash(path, withSlash: withSlash)] {
            if entry.path.count == count, entry.path.starts(with: path),
                !withSlash || entry.path[count - 1] == UInt8(ascii: "/")
            {
                return entry.place
            }
        }
        return nil
    }

    /// FNV-1a, cut to the number of buckets.
    private static func hash(_ path: ArraySlice<UInt8>, withSlash: Bool) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in path { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        if withSlash { hash = (hash ^ UInt32(UInt8(ascii: "/"))) &* 16_777_619 }
        return Int(hash >> 16 ^ hash) & 63
    }
}
