/// Finds properties that stand in another order than the initialiser's parameters. Where their types are the same, the
/// compiler cannot, and each would be read into the other's place.
///
/// A few models are made of values that differ, and each property is asked for its own. Those that have each other's, in
/// every model, are misplaced. Nothing else is: an initialiser may change what it is given, a property may be computed.
struct PropertyOrder {
    private let names: [String]
    /// For each property what was put in, and what came out, in one model after the other, as JSON.
    private var put: [[[UInt8]]]
    private var got: [[[UInt8]]]

    init(names: [String]) {
        self.names = names
        put = Array(repeating: [], count: names.count)
        got = put
    }

    /// How many models must be made.
    ///
    /// Each property has two values, and which one a model gets is a binary digit of the property's position, or the
    /// opposite of one. So each two properties are seen with their values in both ways, and one that is the smaller of two
    /// parameters, say, is not taken for the other.
    var models: Range<Int> {
        names.count < 2 ? 0..<0 : 0..<2 * (Int.bitWidth - (names.count - 1).leadingZeroBitCount)
    }

    /// The value that a model gets for the property at that position, which becomes the next one's; nil when there is none.
    mutating func take<Value: ResponseValue>(_ samples: [Value], _ position: inout Int, in model: Int) -> Value? {
        let isSecond = (position >> (model / 2)) & 1 != model & 1
        guard let value = isSecond ? samples.last : samples.first else { return nil }
        var written = JSONWriter()
        value.write(to: &written)
        put[position].append(written.bytes)
        position += 1
        return value
    }

    /// Takes what a property of a model that was made has.
    mutating func got(_ written: [UInt8], at position: Int) {
        got[position].append(written)
    }

    /// The names of the first ones that have each other's values; empty when all is well.
    var misplaced: [String] {
        let sources = names.indices.map { source(of: $0) }
        for start in names.indices {
            var circle = [start]
            while let next = sources[circle[circle.count - 1]], !circle.contains(next) { circle.append(next) }
            if circle.count > 1, sources[circle[circle.count - 1]] == start { return circle.sorted().map { names[$0] } }
        }
        return []
    }

    /// Which other property's value one always has; nil when it has its own, a changed one, or one that is not the only.
    private func source(of property: Int) -> Int? {
        guard got[property] != put[property], varies(property) else { return nil }
        let sources = names.indices.filter { put[$0] == got[property] && varies($0) }
        return sources.count == 1 ? sources[0] : nil
    }

    /// Whether two values were found for it.
    private func varies(_ property: Int) -> Bool {
        put[property].contains { $0 != put[property][0] }
    }
}
