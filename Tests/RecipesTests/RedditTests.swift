import Brigade
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Recipes

@Suite(.timeLimit(.minutes(1))) struct RedditTests {
    private static let empty = #"{"data":{"children":[]}}"#

    private static func listing(_ title: String) -> String {
        #"{"data":{"children":[{"data":{"score":1,"title":"\#(title)","url":"u"}}]}}"#
    }

    private static func subreddit(_ head: HTTPRequestHead) -> String {
        String(head.uri.split(separator: "/")[1])
    }

    /// Runs a test with a client of the fake reddit, and stops the server.
    private func withReddit(
        _ upstream: FakeReddit, timeouts: RedditTimeouts = RedditTimeouts(), _ body: (Reddit) async throws -> Void
    ) async throws {
        var settings = RecipeSettings()
        settings.redditBaseURL = upstream.baseURL
        settings.redditTimeouts = timeouts
        let reddit = try Reddit(settings, log: .silent)
        let result: Result<Void, any Error>
        do { result = .success(try await body(reddit)) } catch { result = .failure(error) }
        try await upstream.stop()
        try result.get()
    }

    /// Runs blocking code on a thread of its own.
    private func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    @Test func concurrentIdeasAskAllSubredditsAtOnce() async throws {
        // Responds only when all three requests have arrived.
        let barrier = Barrier(count: 3)
        let upstream = try await FakeReddit { head in
            await barrier.wait()
            return .init(.ok, Self.listing(Self.subreddit(head)))
        }
        try await withReddit(upstream) { reddit in
            let lists = try await reddit.ideasConcurrently().lists
            #expect(lists.map(\.subreddit) == ["recipes", "easyrecipes", "TopSecretRecipes"])
            #expect(lists.map(\.lines) == [["1: recipes (u)"], ["1: easyrecipes (u)"], ["1: TopSecretRecipes (u)"]])
        }
    }

    @Test func sequentialIdeasAskOneAfterAnother() async throws {
        let upstream = try await FakeReddit { head in .init(.ok, Self.listing(Self.subreddit(head))) }
        try await withReddit(upstream) { reddit in
            let lists = try await blocking { try reddit.ideas() }.lists
            #expect(lists.map(\.lines) == [["1: recipes (u)"], ["1: easyrecipes (u)"], ["1: TopSecretRecipes (u)"]])
            var uris: [String] = []
            for await event in upstream.events {
                guard case .request(let head) = event else { break }
                #expect(head.headers["user-agent"] == ["recipe bot 0.1"])
                #expect(head.headers["accept-encoding"] == ["deflate, gzip"])
                uris.append(head.uri)
                if uris.count == 3 { break }
            }
            #expect(
                uris
                    == ["recipes", "easyrecipes", "TopSecretRecipes"].map { "/r/\($0)/top.json?sort=top&t=day&limit=5" }
            )
        }
    }

    @Test(arguments: [
        (HTTPResponseStatus.internalServerError, Self.empty), (.notFound, Self.empty), (.tooManyRequests, "{}"),
        (.ok, "<html>"), (.ok, ""), (.noContent, ""),
    ])
    func aBadResponseIsABadGateway(status: HTTPResponseStatus, body: String) async throws {
        let upstream = try await FakeReddit { head in
            Self.subreddit(head) == "easyrecipes" ? .init(status, body) : .init(.ok, Self.empty)
        }
        try await withReddit(upstream) { reddit in
            let expected = HTTPError(.badGateway, "Bad answer from reddit")
            await #expect(throws: expected) { try await reddit.ideasConcurrently() }
            await #expect(throws: expected) { try await blocking { try reddit.ideas() } }
        }
    }

    @Test func aBodyThatIsTooLargeIsABadGateway() async throws {
        let upstream = try await FakeReddit { _ in
            .init(.ok, String(repeating: " ", count: RedditCall.maxListingSize) + Self.empty)
        }
        try await withReddit(upstream) { reddit in
            await #expect(throws: HTTPError(.badGateway, "Bad answer from reddit")) {
                try await reddit.ideasConcurrently()
            }
        }
    }

    @Test func aSilentRedditIsAGatewayTimeout() async throws {
        let upstream = try await FakeReddit { head in
            Self.subreddit(head) == "easyrecipes" ? nil : .init(.ok, Self.empty)
        }
        try await withReddit(upstream, timeouts: RedditTimeouts(.milliseconds(100))) { reddit in
            let expected = HTTPError(.gatewayTimeout, "Timed out waiting for reddit")
            await #expect(throws: expected) { try await reddit.ideasConcurrently() }
            await #expect(throws: expected) { try await blocking { try reddit.ideas() } }
        }
    }

    @Test func redirectsAreFollowed() async throws {
        let upstream = try await FakeReddit { head in
            head.uri.hasPrefix("/moved") ? .init(.ok, Self.empty) : .init(redirectTo: "/moved\(head.uri)")
        }
        try await withReddit(upstream) { reddit in
            let lists = try await reddit.ideasConcurrently().lists
            #expect(lists.map(\.lines) == [[], [], []])
        }
    }

    /// A listing with one post, "packed"; made by Python's gzip and zlib.
    private static let gzipped = decoded(
        "H4sIAAAAAAACA6tWSkksSVSyqlZKzsjMSSlKzVOyiq6GCxYn5xelKlkZ6iiVZJbkAFlKBYnJ2akpSjpKpUU5QG6p"
            + "Um1tbG0tABEtnJ1HAAAA")
    private static let deflated = decoded(
        "eJyrVkpJLElUsqpWSs7IzEkpSs1TsoquhgsWJ+cXpSpZGeoolWSW5ABZSgWJydmpKUo6SqVFOUBuqVJtbWxtLQBS"
            + "dheJ")
    /// The same behind 200 000 spaces.
    private static let bomb = decoded(
        "H4sIAAAAAAACA+3IMQ7CMBREwatEv05D66sgCiu2RIQFKDhV5LuTjpp+pnq70wQAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/OuIknuOdMRyX1vZ6jPS9Xd+ltdWI13m"
            + "6GtvZ8U7L49aYo59a+fcY4zbGF8dumhOhw0DAA==")

    private static func decoded(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text)!) }

    @Test(arguments: [("gzip", gzipped), ("deflate", deflated)])
    func aCompressedListingIsRead(coding: String, body: [UInt8]) async throws {
        let upstream = try await FakeReddit { _ in .init(.ok, body, ["content-encoding": coding]) }
        try await withReddit(upstream) { reddit in
            let lists = try await reddit.ideasConcurrently().lists
            #expect(lists.map(\.lines) == Array(repeating: ["1: packed (u)"], count: 3))
        }
    }

    @Test(arguments: [bomb, gzipped.dropLast(9) + [], gzipped + [7], deflated.dropLast(1) + [], Array(empty.utf8)])
    func badCompressionIsABadGateway(body: [UInt8]) async throws {
        let upstream = try await FakeReddit { _ in .init(.ok, body, ["content-encoding": "gzip"]) }
        try await withReddit(upstream) { reddit in
            await #expect(throws: HTTPError(.badGateway, "Bad answer from reddit")) {
                try await reddit.ideasConcurrently()
            }
        }
    }

    @Test func twentyRedirectsAreFollowed() async throws {
        // The path counts down.
        let upstream = try await FakeReddit { head in
            let steps = head.uri.split(separator: "/").first.flatMap { Int($0) } ?? 20
            return steps == 0 ? .init(.ok, Self.empty) : .init(redirectTo: "/\(steps - 1)/")
        }
        try await withReddit(upstream) { reddit in
            let lists = try await reddit.ideasConcurrently().lists
            #expect(lists.count == 3)
        }
    }

    @Test func aRedirectLoopIsABadGateway() async throws {
        let upstream = try await FakeReddit { head in .init(redirectTo: head.uri) }
        try await withReddit(upstream) { reddit in
            await #expect(throws: HTTPError(.badGateway, "Bad answer from reddit")) {
                try await reddit.ideasConcurrently()
            }
        }
    }

    @Test func cancellingTheTaskCancelsTheCalls() async throws {
        let upstream = try await FakeReddit { _ in nil }
        try await withReddit(upstream) { reddit in
            let asking = Task { try await reddit.ideasConcurrently() }
            var (asked, gone) = (0, 0)
            for await event in upstream.events {
                switch event {
                case .request:
                    asked += 1
                    if asked == 3 { asking.cancel() }
                case .disconnected:
                    #expect(asked == 3)
                    gone += 1
                }
                if gone == 3 { break }
            }
            await #expect(throws: CancellationError.self) { try await asking.value }
        }
    }
}

/// Suspends its callers until all of them have arrived.
private actor Barrier {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        missing = count
    }

    func wait() async {
        missing -= 1
        if missing > 0 {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            waiting.forEach { $0.resume() }
            waiting = []
        }
    }
}
