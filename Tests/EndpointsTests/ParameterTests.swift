import Endpoints
import Messages
import Testing

@Suite struct ParameterTests {
    @Test(arguments: [
        ("", #"{"keyword":null,"limit":10}"#), ("?keyword=soup", #"{"keyword":"soup","limit":10}"#),
        ("?keyword=a+b%20c", #"{"keyword":"a b c","limit":10}"#),
        ("?keyword=x&keyword=soup", #"{"keyword":"soup","limit":10}"#),
        ("?KEYWORD=x", #"{"keyword":null,"limit":10}"#), ("?%6Beyword=soup", #"{"keyword":"soup","limit":10}"#),
        ("?&&keyword=soup&&", #"{"keyword":"soup","limit":10}"#),
        ("?keyword=abc;limit=1", #"{"keyword":"abc;limit=1","limit":10}"#),
        ("?keyword=%FF%FE%FD", #"{"keyword":"���","limit":10}"#), ("?keyword=%zz%", #"{"keyword":"%zz%","limit":10}"#),
        ("?keyword==a=", #"{"keyword":"=a=","limit":10}"#), ("?limit=%2B2", #"{"keyword":null,"limit":2}"#),
        ("?limit=99999999999999999999", #"{"keyword":null,"limit":99999999999999999999}"#),
    ])
    func queriesAreDecodedAsForms(query: String, body: String) async throws {
        let response = try await SampleAPI.answer(.get, "/dishes/search/" + query)
        #expect(response.text == body)
    }

    @Test(arguments: [
        ("?keyword", ["string_too_short [\"query\",\"keyword\"]"]),
        ("?keyword=", ["string_too_short [\"query\",\"keyword\"]"]),
        ("?keyword=e%CC%81", ["string_too_short [\"query\",\"keyword\"]"]),
        ("?limit=", ["int_parsing [\"query\",\"limit\"]"]),
        ("?limit=-1", ["greater_than_equal [\"query\",\"limit\"]"]),
        ("?limit=x&keyword=c", ["string_too_short [\"query\",\"keyword\"]", "int_parsing [\"query\",\"limit\"]"]),
    ])
    func allIssuesAreReported(query: String, issues: [String]) async throws {
        let response = try await SampleAPI.answer(.get, "/dishes/search/" + query)
        #expect(response.status == .unprocessableContent)
        #expect(try response.issues == issues)
    }

    @Test func issuesHavePydanticsMessages() async throws {
        let response = try await SampleAPI.answer(.get, "/dishes/search/?keyword=ch&limit=-1")
        #expect(
            response.text == #"{"detail":[{"type":"string_too_short","loc":["query","keyword"],"#
                + #""msg":"String should have at least 3 characters","input":"ch","ctx":{"min_length":3}},"#
                + #"{"type":"greater_than_equal","loc":["query","limit"],"#
                + #""msg":"Input should be greater than or equal to 0","input":"-1","ctx":{"ge":0}}]}"#)
    }

    @Test func aPathParameterIsDecoded() async throws {
        let response = try await SampleAPI.answer(.get, "/dishes/%FFx")
        #expect(
            response.text == #"{"detail":[{"type":"int_parsing","loc":["path","dish_id"],"#
                + #""msg":"Input should be a valid integer, unable to parse string as an integer","input":"�x"}]}"#)
    }
}
