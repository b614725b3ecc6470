import Brigade

extension Recipe {
    /// The columns of the table, in the order of the properties: what `init(_:)` and `written(_:)` read.
    static let columns = "label, source, url, id, submitter_id"
    /// How many there are.
    static let columnCount: Int32 = 5

    private static let frame = JSONObjectTemplate(Recipe.self)
    /// Bytes for braces, names and numbers.
    private static let frameSize = 128

    /// The row that a statement stands at.
    init(_ row: borrowing Statement) {
        label = row.value(at: 0)
        source = row.value(at: 1)
        url = row.value(at: 2)
        id = row.integer(at: 3)
        submitterID = row.value(at: 4)
    }

    /// The JSON of the row that a statement stands at, from the columns without a recipe between.
    static func written(_ row: borrowing Statement) -> EncodedJSON<Recipe> {
        var writer = JSONWriter(capacity: row.size(ofColumns: 0..<columnCount) + frameSize)
        write(row, to: &writer)
        return EncodedJSON(writer)
    }

    /// Writes that row's JSON.
    static func write(_ row: borrowing Statement, to writer: inout JSONWriter) {
        frame.write(to: &writer) { property, writer in row.write(Int32(property), to: &writer) }
    }
}
