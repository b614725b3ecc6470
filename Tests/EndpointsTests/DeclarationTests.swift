import Endpoints
import Messages
import Testing

@Suite struct DeclarationTests {
    private func mistake(_ declare: (inout API) -> Void) throws -> DeclarationError {
        var api = API(title: "t", version: "1")
        declare(&api)
        return try #require(throws: DeclarationError.self) { _ = try api.build() }
    }

    @Test func aParameterThatThePathLacksIsNamed() throws {
        let error = try mistake { $0.get("/a", name: "a", "", Path("id", Int.self)) { $0 } }
        #expect(error.code == .parameter)
        #expect(error.description == "GET /a: the path has no {id}")
    }

    @Test func aPartOfThePathThatNothingReadsIsNamed() throws {
        let error = try mistake { $0.get("/a/{id}", name: "a", "") { "" } }
        #expect(error.code == .parameter)
        #expect(error.description == "GET /a/{id}: nothing reads {id} of the path")
    }

    @Test func twoOperationsWithOneIdAreNamed() throws {
        let error = try mistake {
            $0.get("/a-b", name: "a", "") { "" }
            $0.get("/a_b", name: "a", "") { "" }
        }
        #expect(error.code == .identifier)
        #expect(error.description == "GET /a-b and GET /a_b have the same operation id, a_a_b_get")
    }

    @Test func oneRouteTwiceIsNamed() throws {
        let error = try mistake {
            $0.get("/a/{id}", name: "a", "", Path("id", Int.self)) { $0 }
            $0.get("/a/{name}", name: "b", "", Path("name", String.self)) { $0 }
        }
        #expect(error.code == .route)
        #expect(error.description == "GET /a/{name} is declared twice")
    }

    @Test(arguments: ["a", "", "/{}", "/x{id}", "/{id", "/id}"])
    func aPathMustBeOne(path: String) throws {
        let error = try mistake { $0.get(path, name: "a", "") { "" } }
        #expect(error.code == .path)
    }

    @Test func twoTypesWithOneNameAreNamed() throws {
        let error = try mistake {
            $0.get("/a", name: "a", "") { One.Thing(value: 1) }
            $0.get("/b", name: "b", "") { Two.Thing(value: "") }
        }
        #expect(error.code == .schema)
        #expect(error.description == "two types have the name Thing in the document")
    }

    private enum One {
        struct Thing: Model {
            let value: Int
            static let properties = Properties(Thing.init, Property("value", \.value))
        }
    }

    private enum Two {
        struct Thing: Model {
            let value: String
            static let properties = Properties(Thing.init, Property("value", \.value))
        }
    }
}
