import Brigade

/// A recipe as it is sent.
struct RecipeCreate: Model {
    let label: String
    let source: String
    let url: WebURL
    let submitterID: Integer

    static let properties = Properties(RecipeCreate.init) {
        Property("label", \.label, examples: ["Ramen"])
        Property("source", \.source, examples: ["Serious Eats"])
        Property("url", \.url)
        Property("submitter_id", \.submitterID, examples: [1])
    }
}
