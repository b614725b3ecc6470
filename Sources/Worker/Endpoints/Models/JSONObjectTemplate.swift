/// The JSON of an object without its values: braces, names, commas and colons, encoded once.
public struct JSONObjectTemplate: Sendable {
    /// For each property a brace or comma, the name and a colon; last the end of the object.
    private let pieces: [[UInt8]]

    /// - Parameter model: has the properties, in order.
    public init(_ model: (some Model).Type) {
        self.init(names: model.properties.schemas.map(\.name))
    }

    init(names: [String]) {
        var pieces = names.enumerated().map { index, name in
            var piece = JSONWriter()
            piece.raw(index == 0 ? "{" : ",")
            piece.string(name)
            piece.raw(":")
            return piece.bytes
        }
        pieces.append(Array((names.isEmpty ? "{}" : "}").utf8))
        self.pieces = pieces
    }

    /// Writes the object.
    /// - Parameter value: writes the value of a property. The first property is 0.
    public func write(to writer: inout JSONWriter, value: (_ property: Int, inout JSONWriter) -> Void) {
        let last = pieces.count - 1
        for index in 0..<last {
            writer.raw(pieces[index])
            value(index, &writer)
        }
        writer.raw(pieces[last])
    }

    /// Writes the object with the properties for which `isWritten` is true.
    func write(
        to writer: inout JSONWriter, where isWritten: (_ property: Int) -> Bool,
        value: (_ property: Int, inout JSONWriter) -> Void
    ) {
        writer.raw("{")
        var isFirst = true
        for index in 0..<pieces.count - 1 where isWritten(index) {
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.raw(pieces[index].dropFirst())
            value(index, &writer)
        }
        writer.raw("}")
    }
}
