import Endpoints
import Messages
import Testing

@Suite struct DeclarationTests {
    private func mistake(_ declare: (inout API) -> Void) throws -> DeclarationError {
        var api = API(title: "t", version: "1")
        declare(&api)
        return try #require(throws: DeclarationError.self) { _ = try api.build() }
    }

    @Test func aPathWithoutADeclaredParameterIsAnError() throws {
        let error = try mistake { $0.get("/a", name: "a", Path("id", Int.self)) { $0 } }
        #expect(error.code == .parameter)
        #expect(error.description == "GET /a: the path has no {id}; add it, or remove the Path(\"id\")")
    }

    @Test func aPathParameterThatNothingReadsIsAnError() throws {
        let error = try mistake { $0.get("/a/{id}", name: "a") { "" } }
        #expect(error.code == .parameter)
        #expect(error.description == "GET /a/{id}: nothing reads {id} of the path; add a Path(\"id\")")
    }

    @Test func twoOperationsWithOneIDAreAnError() throws {
        let error = try mistake {
            $0.get("/a-b", name: "a") { "" }
            $0.get("/a_b", name: "a") { "" }
        }
        #expect(error.code == .identifier)
        #expect(
            error.description
                == "GET /a-b and GET /a_b have the same operation id, a_a_b_get: give one of them another name:")
    }

    @Test func aRouteThatIsDeclaredTwiceIsAnError() throws {
        let error = try mistake {
            $0.get("/a/{id}", name: "a", Path("id", Int.self)) { $0 }
            $0.get("/a/{name}", name: "b", Path("name", String.self)) { $0 }
        }
        #expect(error.code == .route)
        #expect(error.description == "GET /a/{name} is declared twice; remove one of the two")
    }

    @Test(arguments: ["a", "", "/{}", "/x{id}", "/{id", "/id}"])
    func anInvalidPathIsAnError(path: String) throws {
        let error = try mistake { $0.get(path, name: "a") { "" } }
        #expect(error.code == .path)
    }

    @Test func twoTypesWithOneNameAreAnError() throws {
        let error = try mistake {
            $0.get("/a", name: "a") { One.Thing(value: 1) }
            $0.get("/b", name: "b") { Two.Thing(value: "") }
        }
        #expect(error.code == .schema)
        #expect(
            error.description == "two types have the name Thing in the document; give one of them another schemaName")
    }

    private func expect(_ reason: String, _ declare: (inout API) -> Void) throws {
        let error = try mistake(declare)
        #expect(error.code == .parameter)
        #expect(error.description == "GET /a: " + reason)
    }

    @Test func aParameterThatIsReadTwiceIsAnError() throws {
        try expect("the header's x-a is read twice; remove one of the two") {
            $0.get("/a", name: "a", Header("X-A", Int.self), Header("x-a", Int.self)) { $0 + $1 }
        }
        try expect("the query's q is read twice; remove one of the two") {
            let sum = Dependency(Query("q", Int.self), Query("q", Int.self)) { $0 + $1 }
            $0.get("/a", name: "a", sum) { $0 }
        }
    }

    @Test func aParameterThatIsReadInTwoWaysIsAnError() throws {
        let other = Dependency(Query("q", Int.self)) { $0 }
        var api = API(title: "t", version: "1")
        api.get("/b", name: "b", Query("q", Int.self), other) { $0 + $1 }
        _ = try api.build()
        try expect("the query's q is read in two ways; declare it with the same type and constraints") {
            $0.get("/a", name: "a", Query("q", String.self), other) { "\($0) \($1)" }
        }
    }

    @Test func aDependencyMustReadParametersOfThePath() throws {
        let inner = Dependency(Path("id", Int.self)) { $0 }
        let outer = Dependency(inner) { $0 }
        try expect("the path has no {id}; add it, or remove the Path(\"id\")") { $0.get("/a", name: "a", outer) { $0 } }
    }

    @Test func twoBodiesAreAnError() throws {
        let body = Dependency(Body(Int.self)) { $0 }
        try expect("the body is read twice; a request has only one") {
            $0.get("/a", name: "a", body, StreamingBody()) { $0.description + "\($1)" }
        }
    }

    @Test func anInvalidParameterIsAnError() throws {
        try expect("the header's x a is not a valid field name") {
            $0.get("/a", name: "a", Header("X A", Int.self)) { $0 }
        }
        var api = API(title: "t", version: "1")
        api.get("/{a}", name: "a", Path("a", [Int].self)) { $0 }
        let error = try #require(throws: DeclarationError.self) { _ = try api.openAPIDocument() }
        #expect(error.description == "GET /{a}: the path's a cannot be a list")
    }

    @Test func anInvalidConstraintIsAnError() throws {
        try expect("q: the pattern ( is not valid: expected ')'") {
            $0.get("/a", name: "a", Query("q", String?.self, .pattern("("))) { $0 }
        }
        try expect("q: .multiple(of: 0) needs a positive number") {
            $0.get("/a", name: "a", Query("q", Int.self, .multiple(of: 0))) { $0 }
        }
    }

    @Test func aDefaultThatBreaksAConstraintIsAnError() throws {
        try expect("q: the default violates a constraint: Input should be greater than or equal to 1") {
            $0.get("/a", name: "a", Query("q", default: 0, .atLeast(1))) { $0 }
        }
        try expect("Outer: Inner: name: the default violates a constraint: String should have at least 2 characters") {
            $0.get("/a", name: "a") { Outer(inner: [Inner(name: "x")]) }
        }
    }

    private struct Plain {}

    /// Deprecated, because it calls the deprecated forms; elsewhere the compiler would warn.
    @available(*, deprecated) fileprivate func declare(_ number: Int, on api: inout API) {
        switch number {
        case 0: api.get("/a", name: "a") { Plain() }
        case 1: api.get("/a", name: "a") { () async in Plain() }
        case 2:
            api.get("/a", name: "a", Query("q", default: 1)) { number in
                let pair = (number, number)
                return pair
            }
        default: api.get("/a", name: "a") { () throws in (1, 2) }
        }
    }

    @Test(arguments: [(0, "Plain"), (1, "Plain"), (2, "(Int, Int)"), (3, "(Int, Int)")])
    func aHandlerWithoutAResponseIsAnError(number: Int, type: String) throws {
        let error = try mistake { (self as any WrongHandlers).declare(number, on: &$0) }
        #expect(error.code == .handler)
        #expect(
            error.description
                == "GET /a: its handler returns a \(type), which is not a response; make it a Model, or return nothing"
        )
    }

    @Test func aModelInAFormIsAnError() throws {
        try expect("a form holds texts and lists of texts only, and Inner is a model; use a Body") {
            $0.get("/a", name: "a", Form(Outer.self)) { _ in "" }
        }
    }

    @Test func contentWithA204IsAnError() throws {
        try expect("a response of 204 has no content; let the handler return nothing") {
            $0.get("/a", name: "a", status: .noContent) { "" }
        }
    }

    @Test func twoPropertiesWithOneNameAreAnError() throws {
        try expect("Twins: two properties have the name name") {
            $0.get("/a", name: "a") { Twins(first: "", second: "") }
        }
    }

    private struct Twins: Model {
        let first: String
        let second: String
        static let properties = Properties(Twins.init) {
            Property("name", \.first)
            Property("name", \.second)
        }
    }

    private struct Inner: Model {
        let name: String
        static let properties = Properties(Inner.init) { Property("name", \.name, default: "a", .length(2...)) }
    }

    private struct Outer: Model {
        let inner: [Inner]
        static let properties = Properties(Outer.init) { Property("inner", \.inner) }
    }

    private enum One {
        struct Thing: Model {
            let value: Int
            static let properties = Properties(Thing.init) { Property("value", \.value) }
        }
    }

    private enum Two {
        struct Thing: Model {
            let value: String
            static let properties = Properties(Thing.init) { Property("value", \.value) }
        }
    }
}

/// Calls a deprecated function without a warning.
private protocol WrongHandlers {
    func declare(_ number: Int, on api: inout API)
}

extension DeclarationTests: WrongHandlers {}
