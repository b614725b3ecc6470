import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression

extension HTTPClient.Configuration {
    /// How reddit is asked.
    init(_ settings: RecipeSettings) {
        self.init(
            tlsConfiguration: settings.trustedAuthorities.configuration,
            // `Redirect` decides, which this client would not let us.
            redirectConfiguration: .disallow,
            timeout: .init(connect: settings.redditPatience.connecting, read: settings.redditPatience.silence),
            proxy: settings.proxy.map { proxy in
                .server(
                    host: proxy.host, port: proxy.port,
                    authorization: proxy.credentials.map { .basic(username: $0.user, password: $0.password) })
            },
            // The other bound is `RedditCall.largestListing`. JSON of this kind shrinks to a tenth.
            decompression: .enabled(limit: .ratio(100)))
        // With HTTP/2 all calls would share a connection, and one that stalls or breaks would take all with it.
        httpVersion = .http1Only
        // Each call has a connection of its own; with the default of 8, calls would wait for each other.
        connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        // Sooner than most servers: a request that crosses with the server's closing is lost.
        connectionPool.idleTimeout = .seconds(30)
        // An upstream that refuses is an answer, not a reason to ask it for five seconds.
        connectionPool.retryConnectionEstablishment = false
        http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                let limit = AnswerLimit(bytes: RedditCall.largestListing + RedditCall.largestHeads)
                try pipeline.addHandlers([limit, KeptConnection()], position: .before(decoder))
            }
        }
    }
}
