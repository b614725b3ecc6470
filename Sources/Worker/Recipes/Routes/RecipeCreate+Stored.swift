import Endpoints
import GRDB
import Messages

extension RecipeCreate {
    /// Stores the recipe.
    /// - Throws: `ValidationError` for a submitter that nobody is; `HTTPError` 503 for what may pass.
    func stored(in database: RecipeDatabase) throws -> Recipe {
        let created: Recipe?
        do {
            created = try submitterID.small.flatMap { submitter in
                try database.create(label: label, source: source, url: url.text, submitterID: Int64(submitter))
            }
        } catch let error as DatabaseError {
            throw Self.unavailable(error) ?? error
        }
        guard let created else {
            throw ValidationError([
                Issue(
                    "unknown_user", at: ["body", "submitter_id"], "No user has this ID", input: .integer(submitterID))
            ])
        }
        return created
    }

    /// What may pass: nothing is stored, and the client may ask again.
    private static func unavailable(_ error: DatabaseError) -> HTTPError? {
        switch error.extendedResultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            HTTPError(.serviceUnavailable, "The database is busy", fields: [Field("retry-after", "1")])
        case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_DBMOVED:
            HTTPError(.serviceUnavailable, "The database is not there")
        default: nil
        }
    }
}
