import Brigade

extension Recipe: Model {
    static let properties = Properties(Recipe.init) {
        Property("label", { Stored<String>($0.label) })
        Property("source", { Stored<String>($0.source) })
        Property("url", { Stored<WebURL>($0.url) })
        Property("id", { Int($0.id) })
        Property("submitter_id", { Stored<Int>($0.submitterID) })
    }

    private init(label: Stored<String>, source: Stored<String>, url: Stored<WebURL>, id: Int, submitterID: Stored<Int>)
    {
        self.init(
            label: label.value, source: source.value, url: url.value, id: Int64(id), submitterID: submitterID.value)
    }
}
