import Brigade

/// What others cook today: for each subreddit the lines of its best posts.
struct Ideas: ResponseValue {
    /// In the order of the subreddits.
    let lists: [(subreddit: String, lines: [String])]

    static var schema: Schema {
        Schema([.init("additionalProperties", true), .init("type", "object")])
    }

    func write(to writer: inout JSONWriter) {
        writer.raw("{")
        for (index, list) in lists.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(list.subreddit)
            writer.raw(":")
            list.lines.write(to: &writer)
        }
        writer.raw("}")
    }
}
