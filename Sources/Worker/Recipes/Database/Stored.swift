import Brigade

/// A column that is answered as it is stored. The document promises what the API itself puts there.
struct Stored<Promised: RequestValue>: RequestValue, ResponseValue, Hashable {
    let value: StoredValue

    init(_ value: StoredValue) {
        self.value = value
    }

    static var schema: Schema { Promised.schema }

    static func read(_ json: JSON, issues: inout [Issue]) -> Stored? {
        switch json {
        case .null: return Stored(.null)
        case .integer(.small(let value)): return Stored(.integer(Int64(value)))
        case .number, .longNumber: return Stored(json.double.map(StoredValue.real) ?? .null)
        case .string(let text): return Stored(.text(text))
        default:
            _ = Promised.read(json, issues: &issues)
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
