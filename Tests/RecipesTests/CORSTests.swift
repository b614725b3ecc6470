import Brigade
import Testing

@testable import Recipes

@Suite struct CORSTests {
    private let folder = TemporaryFolder()

    private func answer(_ origins: [String], _ method: Messages.Method, _ fields: [Field]) throws -> Response {
        try folder.prestart().run()
        var settings = RecipeSettings()
        settings.database = folder.database()
        settings.corsOrigins = origins
        let application = try RecipeApplication.make(settings, log: .silent)
        guard case .now(let response) = try application.answer(Request(method, "/api/v1/recipes/1", fields: fields))
        else { throw NotAtOnce() }
        return response
    }

    private struct NotAtOnce: Error {}

    private static let origin = "https://shop.example"
    private let preflight = [Field("origin", origin), Field("access-control-request-method", "POST")]

    @Test func pagesOfAnOriginThatIsNamedMayCall() throws {
        let response = try answer([Self.origin], .get, [Field("origin", Self.origin)])
        let fields = response.fields.map { "\($0.name): \($0.value)" }
        #expect(fields.contains("access-control-allow-origin: " + Self.origin))
        #expect(fields.contains("access-control-allow-credentials: true"))
        let preflight = try answer([Self.origin], .options, preflight)
        #expect(preflight.status == .ok && preflight.body == Array("OK".utf8))
        #expect(try answer(["https://other.example"], .options, self.preflight).status == .badRequest)
    }

    @Test func withoutOriginsThereIsNothingOfIt() throws {
        let response = try answer([], .get, [Field("origin", Self.origin)])
        #expect(response.fields.map(\.name) == ["content-type"])
        #expect(try answer([], .options, preflight).status == .methodNotAllowed)
    }
}
