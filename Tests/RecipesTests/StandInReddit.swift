import NIOCore
import NIOHTTP1
import NIOPosix

/// An upstream on a port of its own that answers as a test says, and tells what happens to it.
final class StandInReddit: Sendable {
    enum Event: Sendable {
        case request(HTTPRequestHead)
        case disconnected
    }

    /// What to answer; nil is never.
    typealias Answer = @Sendable (HTTPRequestHead) async -> (status: HTTPResponseStatus, body: String)?

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
                guard let (status, body) = await answer(head) else { return }
                var headers = HTTPHeaders([("content-length", "\(body.utf8.count)")])
                if status == .found { headers.add(name: "location", value: body) }
                let parts: [HTTPServerResponsePart] = [
                    .head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)),
                    .body(.byteBuffer(ByteBuffer(string: body))), .end(nil),
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
