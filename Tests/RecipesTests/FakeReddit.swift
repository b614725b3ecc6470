import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server whose responses a test defines, and which tells the test what it receives.
final class FakeReddit: Sendable {
    enum Event: Sendable {
        case request(HTTPRequestHead)
        case disconnected
    }

    struct Reply: Sendable {
        let status: HTTPResponseStatus
        let body: [UInt8]
        var headers: HTTPHeaders = [:]

        init(_ status: HTTPResponseStatus, _ body: [UInt8], _ headers: HTTPHeaders = [:]) {
            (self.status, self.body, self.headers) = (status, body, headers)
        }

        init(_ status: HTTPResponseStatus, _ body: String) {
            self.init(status, Array(body.utf8))
        }

        init(redirectTo location: String) {
            self.init(.found, [], ["location": location])
        }
    }

    /// nil sends no response.
    typealias Answer = @Sendable (HTTPRequestHead) async -> Reply?

    let baseURL: String
    let events: AsyncStream<Event>
    private let channel: any Channel

    init(_ answer: @escaping Answer) async throws {
        let (events, sink) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(answer: answer, sink: sink))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        baseURL = "http://127.0.0.1:\(channel.localAddress!.port!)"
    }

    func stop() async throws {
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: Answer
        private let sink: AsyncStream<Event>.Continuation

        init(answer: @escaping Answer, sink: AsyncStream<Event>.Continuation) {
            self.answer = answer
            self.sink = sink
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            sink.yield(.request(head))
            let (channel, answer) = (context.channel, answer)
            Task {
                guard let reply = await answer(head) else { return }
                var headers = reply.headers
                headers.add(name: "content-length", value: "\(reply.body.count)")
                let parts: [HTTPServerResponsePart] = [
                    .head(HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers)),
                    .body(.byteBuffer(ByteBuffer(bytes: reply.body))), .end(nil),
                ]
                for part in parts { channel.write(part, promise: nil) }
                channel.flush()
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            sink.yield(.disconnected)
        }
    }
}
