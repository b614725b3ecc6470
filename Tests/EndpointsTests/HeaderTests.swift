import Endpoints
import Messages
import Testing

@Suite struct HeaderTests {
    private func answer(_ fields: [Field]) async throws -> Response {
        var api = API(title: "t", version: "1")
        api.get(
            "/a", name: "a", Header("X-Token", String.self, .length(3...)), Header("x-count", Int?.self),
            Header("x-kind", default: "none"), Header("x-many", [String]?.self)
        ) { token, count, kind, many in
            "\(token) \(count ?? -1) \(kind) \(many ?? [])"
        }
        return try await SampleAPI.answer(api.build(), Request(.get, "/a", fields: fields))
    }

    @Test func fieldNamesAreCaseInsensitive() async throws {
        #expect(try await answer([Field("x-toKEN", "abc")]).text == #""abc -1 none []""#)
    }

    @Test func theFirstOfRepeatedFieldsCounts() async throws {
        let fields = [Field("x-token", "abc"), Field("x-token", "def"), Field("x-count", "7"), Field("x-kind", "")]
        #expect(try await answer(fields).text == #""abc 7  []""#)
    }

    @Test func aListHasAllLinesAndIsNotSplitAtCommas() async throws {
        let fields = [Field("x-token", "abc"), Field("x-many", "1"), Field("x-many", "2, 3")]
        #expect(try await answer(fields).text == #""abc -1 none [\"1\", \"2, 3\"]""#)
    }

    @Test func headerIssuesHavePydanticsMessages() async throws {
        #expect(
            try await answer([Field("x-count", "x")]).text
                == #"{"detail":[{"type":"missing","loc":["header","x-token"],"msg":"Field required","input":null},"#
                + #"{"type":"int_parsing","loc":["header","x-count"],"#
                + #""msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}]}"#)
    }
}
