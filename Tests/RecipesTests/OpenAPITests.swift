import Brigade
import Foundation
import Testing

@testable import Recipes

@Suite struct OpenAPITests {
    /// A change of the API shows in review, as a change of this file.
    @Test func theDocumentIsTheOneInTheRepository() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/openapi.json")
        let document = try RecipeApplication.document(log: .silent).indentedText + "\n"
        let isSame = try document == String(contentsOf: file, encoding: .utf8)
        #expect(
            isSame,
            "review `.build/debug/recipe-worker openapi | diff Tests/RecipesTests/Snapshots/openapi.json -`, then write it there"
        )
    }
}
