import Messages
import Testing

@testable import Endpoints

/// An API that clients see below a path.
@Suite struct RootPathTests {
    private final class Below: Forwarding {
        let isAlwaysNeeded = true
        let forwarded: Forwarded

        init(_ forwarded: Forwarded) { self.forwarded = forwarded }

        func read(_ head: RequestHead, _ connection: ConnectionInfo) -> Forwarded { forwarded }
    }

    private func answer(_ target: String, below rootPath: String = "/kitchen", fields: [Field] = []) async throws
        -> Response
    {
        var api = API(title: "t")
        api.get("/tasks/", RequestContext()) { "\($0.client) \($0.peer) \($0.request.scheme) \($0.request.authority)" }
        var connection = ConnectionInfo(peer: "10.0.0.1")
        connection.forwarding = Below(
            Forwarded(client: "192.0.2.1", scheme: .https, authority: "outer", rootPath: rootPath))
        return try await SampleAPI.answer(
            api.build(), Request(.get, target, fields: fields, connection: connection))
    }

    @Test func theContextHasTheClientAndItsURL() async throws {
        #expect(try await answer("/tasks/").text == #""192.0.2.1 10.0.0.1 https outer""#)
    }

    @Test func theDocumentNamesThePathAsItsServer() async throws {
        let below = try await answer("/openapi.json").text
        #expect(below.contains(#""version":"0.1.0"},"servers":[{"url":"/kitchen"}],"paths":{"#), "\(below)")
        let atRoot = try await answer("/openapi.json", below: "").text
        #expect(!atRoot.contains("servers"))
    }

    @Test func redirectsAreRelativeSoThatTheyStayBelowIt() async throws {
        for (target, location) in [("/tasks", "tasks/"), ("/kitchen", "kitchen/"), ("/kitchen?a=b", "kitchen/?a=b")] {
            let response = try await answer(target)
            #expect(response.status == .temporaryRedirect)
            #expect(response.fields.first { $0.name == "location" }?.value == location)
        }
        #expect(try await answer("/kitchens").status == .notFound)
        #expect(try await answer("/kitchen", below: "").status == .notFound)
    }
}
