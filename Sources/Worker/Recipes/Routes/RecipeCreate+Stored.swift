import Brigade

extension RecipeCreate {
    /// Stores the recipe.
    /// - Throws: `ValidationError` for a submitter that nobody is; `HTTPError` 503 for what may pass.
    func stored(in database: RecipeDatabase) throws -> Recipe {
        let created = try submitterID.small.flatMap { submitter in
            try database.create(label: label, source: source, url: url.text, submitterID: Int64(submitter))
        }
        guard let created else {
            throw ValidationError([
                Issue(
                    "unknown_user", at: ["body", "submitter_id"], "No user has this ID", input: .integer(submitterID))
            ])
        }
        return created
    }
}
