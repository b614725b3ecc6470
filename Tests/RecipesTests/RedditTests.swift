import Endpoints
import Foundation
import Messages
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

    /// Runs a test with a client of the stand-in, and leaves nothing running.
    private func withReddit(
        _ upstream: StandInReddit, patience: TimeAmount = .seconds(5), _ body: (Reddit) async throws -> Void
    ) async throws {
        let reddit = try Reddit(baseURL: upstream.baseURL, patience: patience, log: .silent)
        let result: Result<Void, any Error>
        do { result = .success(try await body(reddit)) } catch { result = .failure(error) }
        try await upstream.stop()
        try result.get()
    }

    /// Runs what blocks on a thread that may.
    private func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    @Test func allSubredditsAreAskedAtOnce() async throws {
        // Nobody is answered before all three have asked.
        let gate = Gate(count: 3)
        let upstream = try await StandInReddit { head in
            await gate.pass()
            return (.ok, Self.listing(Self.subreddit(head)))
        }
        try await withReddit(upstream) { reddit in
            let lists = try await reddit.ideasAtOnce().lists
            #expect(lists.map(\.subreddit) == ["recipes", "easyrecipes", "TopSecretRecipes"])
            #expect(lists.map(\.lines) == [["1: recipes (u)"], ["1: easyrecipes (u)"], ["1: TopSecretRecipes (u)"]])
        }
    }

    @Test func orOneAfterAnotherOverOneConnection() async throws {
        let upstream = try await StandInReddit { head in (.ok, Self.listing(Self.subreddit(head))) }
        try await withReddit(upstream) { reddit in
            let lists = try await blocking { try reddit.ideas() }.lists
            #expect(lists.map(\.lines) == [["1: recipes (u)"], ["1: easyrecipes (u)"], ["1: TopSecretRecipes (u)"]])
            var uris: [String] = []
            for await event in upstream.events {
                guard case .request(let head) = event else { break }
                #expect(head.headers["user-agent"] == ["recipe bot 0.1"])
                #expect(head.headers["accept-encoding"] == [])
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
    func aBadAnswerIsABadGateway(status: HTTPResponseStatus, body: String) async throws {
        let upstream = try await StandInReddit { head in
            Self.subreddit(head) == "easyrecipes" ? (status, body) : (.ok, Self.empty)
        }
        try await withReddit(upstream) { reddit in
            let expected = HTTPError(.badGateway, "Bad answer from reddit")
            await #expect(throws: expected) { try await reddit.ideasAtOnce() }
            await #expect(throws: expected) { try await blocking { try reddit.ideas() } }
        }
    }

    @Test func aBodyBeyondTheBoundIsABadGateway() async throws {
        let upstream = try await StandInReddit { _ in (.ok, String(repeating: " ", count: 9 << 20) + Self.empty) }
        try await withReddit(upstream) { reddit in
            await #expect(throws: HTTPError(.badGateway, "Bad answer from reddit")) { try await reddit.ideasAtOnce() }
        }
    }

    @Test func aSilentUpstreamIsAGatewayTimeout() async throws {
        let upstream = try await StandInReddit { head in
            Self.subreddit(head) == "easyrecipes" ? nil : (.ok, Self.empty)
        }
        try await withReddit(upstream, patience: .milliseconds(100)) { reddit in
            let expected = HTTPError(.gatewayTimeout, "Timed out waiting for reddit")
            await #expect(throws: expected) { try await reddit.ideasAtOnce() }
            await #expect(throws: expected) { try await blocking { try reddit.ideas() } }
        }
    }

    @Test func redirectsAreFollowed() async throws {
        let upstream = try await StandInReddit { head in
            head.uri.hasPrefix("/moved") ? (.ok, Self.empty) : (.found, "/moved\(head.uri)")
        }
        try await withReddit(upstream) { reddit in
            let lists = try await reddit.ideasAtOnce().lists
            #expect(lists.map(\.lines) == [[], [], []])
        }
    }

    @Test func aLoopOfRedirectsEnds() async throws {
        let upstream = try await StandInReddit { head in (.found, head.uri) }
        try await withReddit(upstream) { reddit in
            await #expect(throws: HTTPError(.badGateway, "Bad answer from reddit")) { try await reddit.ideasAtOnce() }
        }
    }

    @Test func whoeverLeavesCancelsTheCalls() async throws {
        let upstream = try await StandInReddit { _ in nil }
        try await withReddit(upstream) { reddit in
            let asking = Task { try await reddit.ideasAtOnce() }
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

/// Lets all pass when so many are there.
private actor Gate {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        missing = count
    }

    func pass() async {
        missing -= 1
        if missing > 0 {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            waiting.forEach { $0.resume() }
            waiting = []
        }
    }
}
