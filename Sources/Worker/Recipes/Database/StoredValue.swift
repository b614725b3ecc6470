/// A value as SQLite stores it. A column may hold any kind, whatever its declaration says.
enum StoredValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// A text, or a blob read as one; bytes that are no UTF-8 are U+FFFD.
    case text(String)
}
