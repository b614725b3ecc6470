/// A row of the table `recipe`, as it is stored: it may hold what the API would refuse.
struct Recipe: Hashable, Sendable {
    var label: StoredValue
    var source: StoredValue
    var url: StoredValue
    var id: Int64
    var submitterID: StoredValue

    /// The columns that `init(_:)` reads, in its order.
    static let columns = "label, source, url, id, submitter_id"

    init(label: StoredValue, source: StoredValue, url: StoredValue, id: Int64, submitterID: StoredValue) {
        self.label = label
        self.source = source
        self.url = url
        self.id = id
        self.submitterID = submitterID
    }

    /// The row that a statement stands at.
    init(_ row: borrowing Statement) {
        label = row.value(at: 0)
        source = row.value(at: 1)
        url = row.value(at: 2)
        id = row.integer(at: 3)
        submitterID = row.value(at: 4)
    }
}
