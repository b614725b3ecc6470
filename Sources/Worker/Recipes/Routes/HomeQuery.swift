import Brigade

/// The query of the home page, as its search box and the form's redirection make it. The document does not show it: the
/// page is for people, and `GET /` is the contract's.
struct HomeQuery: Parameter {
    struct Value: Sendable {
        /// As it was typed.
        var keyword = ""
        /// What is wrong with the keyword, by the rules of the API's search.
        var issue: Issue?
        /// The recipe that was just added.
        var added: Int64?
    }

    var declaration: ParameterDeclaration { ParameterDeclaration(.request) }

    func read(from context: Context, issues: inout [Issue]) -> Value? {
        var value = Value()
        value.added = context.queryParameter("added").flatMap { Int64($0) }
        // A box that was left empty asks for nothing.
        if let keyword = context.queryParameter("keyword"), !keyword.isEmpty {
            var found: [Issue] = []
            _ = RecipeRoutes.keyword.read(from: context, issues: &found)
            value.keyword = keyword
            value.issue = found.first
        }
        return value
    }
}
