import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression

extension HTTPClient.Configuration {
    /// The configuration of the client that calls reddit.
    init(_ settings: RecipeSettings) {
        self.init(
            tlsConfiguration: settings.trustRoots.tlsConfiguration,
            // `Redirect` decides: this client would follow a redirect from https to http.
            redirectConfiguration: .disallow,
            timeout: .init(connect: settings.redditTimeouts.connect, read: settings.redditTimeouts.read),
            proxy: settings.proxy.map { proxy in
                .server(
                    host: proxy.host, port: proxy.port,
                    authorization: proxy.credentials.map { .basic(username: $0.user, password: $0.password) })
            },
            // JSON of this kind compresses to a tenth. `RedditCall.maxListingSize` bounds the size too.
            decompression: .enabled(limit: .ratio(100)))
        // `UpstreamSpan` does it.
        tracing.tracer = nil
        // With HTTP/2, all calls would share a connection, and one that stalls or breaks would take the others with it.
        httpVersion = .http1Only
        // One connection per call. With the default of 8, calls would wait for each other.
        connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        // Shorter than most servers': a request that crosses with the server's close is lost.
        connectionPool.idleTimeout = .seconds(30)
        // By default, the client tries a refused connection again for as long as the connect timeout.
        connectionPool.retryConnectionEstablishment = false
        http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                let limit = ResponseSizeLimitHandler(bytes: RedditCall.maxListingSize + RedditCall.maxOverhead)
                try pipeline.addHandlers([limit, ReusedConnectionHandler()], position: .before(decoder))
            }
        }
    }
}

/// Closes a connection on which a response is too large. The client itself bounds only the body: an endless head, or endless
/// interim responses, would be read until the deadline.
///
/// It stands before the decoder of an HTTP/1.1 connection, which carries one request at a time.
private final class ResponseSizeLimitHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    struct Exceeded: Error, CustomStringConvertible {
        let description = "the response is too large"
    }

    private let limit: Int
    private var received = 0

    init(bytes limit: Int) {
        self.limit = limit
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        received = 0
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        guard received > limit else { return context.fireChannelRead(data) }
        context.fireErrorCaught(Exceeded())
        context.close(promise: nil)
    }
}

/// Detects that the server closed a reused connection before the first byte of the response. The server may do so at the
/// moment the request is sent. The request is then safe to retry (RFC 9112, section 9.3.1).
final class ReusedConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// The request got no response, and may be sent again.
    struct Closed: Error {}

    private var requests = 0
    private var hasResponse = false

    private var mayRetry: Bool { requests > 1 && !hasResponse }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data) {
            requests += 1
            hasResponse = false
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasResponse = true
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(mayRetry ? Closed() : error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if mayRetry { context.fireErrorCaught(Closed()) }
        context.fireChannelInactive()
    }
}
