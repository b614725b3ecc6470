/// Checks at start how a model is declared.
public struct ModelCheck: Sendable {
    /// Valid objects for the model. The depth is the number of models that contain it.
    let samples: @Sendable (_ depth: Int) -> [JSON]
    /// The names of properties that get each other's values when they are read.
    let misplaced: @Sendable () -> [String]
}

/// Finds properties that are declared in another order than the parameters of the initializer. If their types are the same, the
/// compiler cannot find it, and each property would get the value of another.
///
/// The check makes a few models of different values, and reads the properties. Those that return each other's values in every
/// model are misplaced. No other difference counts: an initializer may change values, and a property may be computed.
struct PropertyOrder {
    private let names: [String]
    /// For each property its values in all models, as JSON: those that the initializer got, and those that were read.
    private var given: [[[UInt8]]]
    private var read: [[[UInt8]]]

    init(names: [String]) {
        self.names = names
        given = Array(repeating: [], count: names.count)
        read = given
    }

    /// The models to make.
    ///
    /// Each property has two values. Which one a model gets is one binary digit of the index of the property, or its inverse.
    /// So for any two properties there are models with their values in both orders; a property that is the smaller of two
    /// parameters, say, is not mistaken for one of them.
    var models: Range<Int> {
        names.count < 2 ? 0..<0 : 0..<2 * (Int.bitWidth - (names.count - 1).leadingZeroBitCount)
    }

    /// Chooses the value of the next property; nil if there is no sample.
    /// - Parameter index: of the property; it is incremented.
    mutating func choose<Value: ResponseValue>(from samples: [Value], at index: inout Int, model: Int) -> Value? {
        let isSecond = (index >> (model / 2)) & 1 != model & 1
        guard let value = isSecond ? samples.last : samples.first else { return nil }
        var written = JSONWriter()
        value.write(to: &written)
        given[index].append(written.bytes)
        index += 1
        return value
    }

    /// Records the value that a property of a model returned, as JSON.
    mutating func record(_ value: [UInt8], at index: Int) {
        read[index].append(value)
    }

    /// The names of the first properties that have each other's values; empty if there are none.
    var misplaced: [String] {
        let sources = names.indices.map { source(of: $0) }
        for start in names.indices {
            var cycle = [start]
            while let next = sources[cycle[cycle.count - 1]], !cycle.contains(next) { cycle.append(next) }
            if cycle.count > 1, sources[cycle[cycle.count - 1]] == start { return cycle.sorted().map { names[$0] } }
        }
        return []
    }

    /// The other property whose value this one always has; nil if there is none or more than one, or if it has its own.
    private func source(of property: Int) -> Int? {
        guard read[property] != given[property], varies(property) else { return nil }
        let sources = names.indices.filter { given[$0] == read[property] && varies($0) }
        return sources.count == 1 ? sources[0] : nil
    }

    /// Whether it has two different values.
    private func varies(_ property: Int) -> Bool {
        given[property].contains { $0 != given[property][0] }
    }
}
