import Brigade

/// A row of the table `recipe`, as it is stored. It may hold values that the API would reject.
struct Recipe: Hashable, Sendable {
    var label: ColumnValue
    var source: ColumnValue
    var url: ColumnValue
    var id: Int64
    var submitterID: ColumnValue

    init(label: ColumnValue, source: ColumnValue, url: ColumnValue, id: Int64, submitterID: ColumnValue) {
        self.label = label
        self.source = source
        self.url = url
        self.id = id
        self.submitterID = submitterID
    }

    // MARK: Reading rows

    /// The table's columns in the order of the properties. `init(_:)` and `write` read them by position.
    static let columns = "label, source, url, id, submitter_id"
    static let columnCount: Int32 = 5
    static let idColumn: Int32 = 3

    /// The columns, for a query that reads several tables.
    static func columns(of table: String) -> String {
        columns.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
    }

    static let frame = JSONObjectTemplate(Recipe.self)
    /// Bytes for braces, names and numbers.
    static let frameSize = 128

    /// - Parameter row: a statement that stands at a row.
    init(_ row: borrowing Statement) {
        label = row.value(at: 0)
        source = row.value(at: 1)
        url = row.value(at: 2)
        id = row.integer(at: 3)
        submitterID = row.value(at: 4)
    }

    /// The row's JSON, written directly from the columns.
    static func written(_ row: borrowing Statement) -> EncodedJSON<Recipe> {
        var writer = JSONWriter(capacity: row.size(ofColumns: 0..<columnCount) + frameSize)
        write(row, to: &writer)
        return EncodedJSON(writer)
    }

    static func write(_ row: borrowing Statement, to writer: inout JSONWriter) {
        frame.write(to: &writer) { property, writer in row.write(Int32(property), to: &writer) }
    }
}

extension RecipeSearchResults {
    /// Writes results directly from rows.
    struct Writer {
        private var writer = JSONWriter()
        private var isEmpty = true

        init() {
            writer.raw(#"{"results":["#)
        }

        /// - Parameter row: a statement that stands at a row.
        mutating func append(_ row: borrowing Statement) {
            if !isEmpty { writer.raw(",") }
            isEmpty = false
            Recipe.write(row, to: &writer)
        }

        consuming func json() -> EncodedJSON<RecipeSearchResults> {
            writer.raw("]}")
            return EncodedJSON(writer)
        }
    }
}

/// A value of a SQLite column. SQLite stores any type in any column, whatever its declaration says.
enum ColumnValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// A text, or a blob read as UTF-8. Invalid bytes become U+FFFD.
    case text(String)
}

/// A column in an answer. The OpenAPI document declares the type that the API writes; the value is answered as it is
/// stored.
struct RawColumn<Declared: RequestValue>: RequestValue, ResponseValue, Hashable {
    let value: ColumnValue

    init(_ value: ColumnValue) {
        self.value = value
    }

    static var schema: Schema { Declared.schema }

    static func read(_ json: JSON, issues: inout [Issue]) -> RawColumn? {
        switch json {
        case .null: return RawColumn(.null)
        case .integer(.small(let value)): return RawColumn(.integer(Int64(value)))
        case .number, .longNumber: return RawColumn(json.double.map(ColumnValue.real) ?? .null)
        case .string(let text): return RawColumn(.text(text))
        default:
            _ = Declared.read(json, issues: &issues)
            return nil
        }
    }

    func write(to writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .integer(let value): writer.integer(Int(value))
        case .real(let value): writer.number(value)
        case .text(let text): writer.string(text)
        }
    }
}
