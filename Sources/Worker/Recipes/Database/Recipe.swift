/// A row of the table `recipe`, as it is stored: it may hold what the API would refuse.
struct Recipe: Hashable, Sendable {
    var label: StoredValue
    var source: StoredValue
    var url: StoredValue
    var id: Int64
    var submitterID: StoredValue

    init(label: StoredValue, source: StoredValue, url: StoredValue, id: Int64, submitterID: StoredValue) {
        self.label = label
        self.source = source
        self.url = url
        self.id = id
        self.submitterID = submitterID
    }
}
